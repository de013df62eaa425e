#!/usr/bin/env bash
# Installs what the command needs beside the Action, once; the Node is that of the workflow.
set -euo pipefail
cd "$ACTION"
[ -d node_modules ] || npm ci --ignore-scripts --omit=optional --no-audit --no-fund
