#!/usr/bin/env bash
# Installs what the command needs beside the Action, once; the Node is that of the workflow.
set -euo pipefail
cd "$ACTION"
[ ! -d node_modules ] || exit 0
omit=()
# Only the suites need the rest: what is built for one kind of machine, and what starts containers.
case "${MEASURE:-false}" in '' | false) omit=(--omit=dev --omit=optional) ;; esac
npm ci --ignore-scripts --no-audit --no-fund ${omit[@]+"${omit[@]}"}
