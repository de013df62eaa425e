#!/usr/bin/env bash
# Installs what the command needs beside the Action, once; the Node is that of the workflow.
set -euo pipefail
cd "$ACTION"
[ ! -d node_modules ] || exit 0
omit=()
# Only the suites need what is built for one kind of machine, which is most of it.
case "${MEASURE:-false}" in '' | false) omit=(--omit=optional) ;; esac
npm ci --ignore-scripts --no-audit --no-fund ${omit[@]+"${omit[@]}"}
