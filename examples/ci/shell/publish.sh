#!/usr/bin/env bash
# Renders main into the branch `rendered` of the same repository, as it is now. There is no commit where nothing changed.
# Usage: publish.sh CLONE     a clone of its own, with a worktree
#   FORGE_TOKEN_FILE  an HTTPS token that may push, where git has no credentials of its own
set -euo pipefail
cd "$1"
exec 9>"$(git rev-parse --absolute-git-dir)/octavo-publish.lock"
flock 9

git fetch --quiet --no-tags origin '+refs/heads/main:refs/remotes/origin/main'
git checkout --quiet --detach refs/remotes/origin/main
octavo render --repo "$(git remote get-url origin)" --branch rendered --push \
  ${FORGE_TOKEN_FILE:+--token-file "$FORGE_TOKEN_FILE"} --author 'octavo <octavo@example.com>' --committer 'octavo <octavo@example.com>'
