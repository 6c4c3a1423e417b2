#!/usr/bin/env bash
# Judges every open pull request to main, for a forge without CI: GitHub, Forgejo and Gitea answer alike. Run it from
# cron or a webhook. What it has judged it judges again only after a push or a merge.
# Usage: review.sh CLONE     a clone of its own, bare or not; nothing in it is checked out
#   FORGE_API         https://forge.example.com/api/v1, or https://api.github.com
#   FORGE_REPOSITORY  platform/notebooks
#   FORGE_TOKEN_FILE  a token of the forge: comments and statuses of this repository
set -euo pipefail
cd "$1"
repository=$FORGE_API/repos/$FORGE_REPOSITORY
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
judged=$(git rev-parse --absolute-git-dir)/octavo-judged
mkdir -p "$judged"
exec 9>"$judged/lock"
flock --nonblock 9 || exit 0

api() {
  curl --silent --show-error --fail-with-body --header @<(printf 'Authorization: token %s\n' "$(<"$FORGE_TOKEN_FILE")") \
    --header 'Content-Type: application/json' "$@"
}

# pages PATH: all items of a list, one a line.
pages() {
  local page=0 count=50
  while [ "$count" -gt 0 ]; do
    page=$((page + 1))
    api "$repository/$1?state=open&per_page=50&limit=50&page=$page" >"$scratch/page"
    jq --compact-output '.[]' "$scratch/page"
    count=$(jq length "$scratch/page")
  done
}

# set_status HEAD STATE WORDS
set_status() {
  jq --null-input --arg state "$2" --arg description "$3" '{$state, $description, context: "octavo/review"}' |
    api --output /dev/null --data @- "$repository/statuses/$1"
}

# comment NUMBER FILE: one comment, written again; the one that we wrote, whoever else's begins like it.
comment() {
  local mark mine
  mark=$(head -n 1 "$2")
  mine=$(pages "issues/$1/comments" | jq --raw-output --arg me "$me" --arg mark "$mark" \
    'select(.user.login == $me and (.body | startswith($mark))) | .id' | sed -n 1p)
  jq --raw-input --slurp '{body: .}' "$2" >"$scratch/body"
  if [ -n "$mine" ]; then
    api --output /dev/null --request PATCH --data "@$scratch/body" "$repository/issues/comments/$mine"
  else
    api --output /dev/null --data "@$scratch/body" "$repository/issues/$1/comments"
  fi
}

# judge NUMBER HEAD ACTOR
judge() {
  local code=0 words=(--base "$base" --head "$2" --actor="$3" --format markdown)
  git fetch --quiet --no-tags --no-recurse-submodules origin "refs/pull/$1/head"
  if git rev-parse --quiet --verify refs/remotes/origin/rendered >/dev/null; then
    words+=(--rendered refs/remotes/origin/rendered)
  fi
  octavo review "${words[@]}" >"$scratch/review.md" || code=$?
  if [ -s "$scratch/review.md" ]; then comment "$1" "$scratch/review.md"; fi
  case $code in
    0) set_status "$2" success 'in order' ;;
    1) set_status "$2" failure 'refused: the comment says why' ;;
    *) set_status "$2" error 'could not be judged' ;;
  esac
  echo "$2 $base" >"$judged/$1"
}

git fetch --quiet --no-tags --no-recurse-submodules origin '+refs/heads/*:refs/remotes/origin/*'
base=$(git rev-parse refs/remotes/origin/main)
me=$(api "$FORGE_API/user" | jq --raw-output .login)
pages pulls >"$scratch/pulls"
jq --raw-output 'select(.base.ref == "main") | [.number, .head.sha, .user.login] | @tsv' "$scratch/pulls" >"$scratch/open"
failed=0
while IFS=$'\t' read -r number head actor; do
  if [ "$(cat "$judged/$number" 2>/dev/null)" = "$head $base" ]; then continue; fi
  # In the background, where a step that fails ends it; one that fails holds up no other.
  judge "$number" "$head" "$actor" </dev/null &
  wait $! || { echo "pull request $number was not judged" >&2; failed=1; }
done <"$scratch/open"
exit "$failed"
