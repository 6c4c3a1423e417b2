#!/usr/bin/env bash
# Renders the sample catalog and notebooks into a git repository, and shows what came out.
# Usage: tools/demo.sh DIR
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH out=$1

if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
title() { printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"; }
shown() { title "$@"; "$@"; }
git_out() { git -C "$out" -c user.name=Octavo -c user.email=octavo@example.com -c commit.gpgsign=false "$@"; }

[ -d "$out/.git" ] || git init --quiet --initial-branch main "$out"
shown octavo check
shown octavo catalog
shown octavo render --out "$out"
git_out add --all
git_out diff --cached --quiet || git_out commit --quiet --message "Render the notebooks"

title "git -C $out ls-files"
git_out ls-files
first=$(git_out ls-files '*notebooks/*/*/kustomization.yaml' | sed -n 1p)
notebook=$(basename "$(dirname "$(dirname "$first")")")/$(basename "$(dirname "$first")")
shown octavo render "$notebook"
shown octavo explain "$notebook"
title "git -C $out log --stat"
git_out --no-pager log --stat --max-count 3
printf '\n%s holds the bundles; edit a file in notebooks/ and run this again.\n' "$out"
