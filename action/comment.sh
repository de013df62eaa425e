#!/usr/bin/env bash
# Writes the comment on the pull request, or the one that is there anew. Without a bump none is begun.
set -euo pipefail
file=$REPORTS/bump.md
# The step before could not judge anything, and says why itself.
[ -f "$file" ] || exit 0
marker=$(head -n 1 "$file")
comments=repos/$REPOSITORY/issues/$PULL_REQUEST/comments
refused() {
  # A pull request from a fork has a token that may read only. What was found stands in the summary of the job.
  echo "::notice title=No comment written::The token may not write on this pull request; see the summary of the job."
  exit 0
}
id=$(gh api --paginate "$comments?per_page=100" --jq ".[] | select(.body | startswith(\"$marker\")) | .id") || refused
id=${id%%$'\n'*}
if [ -n "$id" ]; then
  gh api --method PATCH "repos/$REPOSITORY/issues/comments/$id" --field "body=@$file" --silent || refused
elif [ "${FOUND:-}" = true ]; then
  gh api --method POST "$comments" --field "body=@$file" --silent || refused
fi
