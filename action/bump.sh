#!/usr/bin/env bash
# Finds the bump in the repository of the working folder. Exit code as that of the command.
set -euo pipefail
options=(--github --base "$BASE" --head "$HEAD" --reports "$REPORTS")
[ -z "${CONFIG:-}" ] || options+=(--config "$CONFIG")
# Lists: their parts are separated by spaces.
# shellcheck disable=SC2206
[ -z "${FILES:-}" ] || options+=(--files $FILES)
case "${MEASURE:-false}" in
  '' | false) ;;
  true) options+=(--measure) ;;
  *) options+=(--measure "$MEASURE") ;;
esac
# shellcheck disable=SC2206
[ -z "${ONLY:-}" ] || options+=(--only $ONLY)
exec node "$ACTION/harness/commands/cli.ts" bump "${options[@]}"
