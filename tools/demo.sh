#!/usr/bin/env bash
# Renders the sample catalog and notebooks into a git repository, and shows what came out; then syncs them with a
# control plane of its own, where one is there already (make controlplane).
# Usage: tools/demo.sh DIR
set -euo pipefail
cd "$(dirname "$0")/.."
PATH=$PWD/.venv/bin:$PATH out=$1

if [ -t 1 ]; then bold=$'\e[1m' plain=$'\e[0m'; else bold='' plain=''; fi
title() { printf '\n%s$ %s%s\n' "$bold" "$*" "$plain"; }
shown() { title "$@"; "$@"; }

# Succeeds where everything that the second half needs is there; nothing is built or installed for it.
cluster_at_hand() {
  octavo sync --help >/dev/null 2>&1 && command -v kubectl >/dev/null && command -v openssl >/dev/null &&
    tools/controlplane.sh --find >/dev/null 2>&1
}

in_cluster_demo() {
  scratch=$(mktemp -d) keeper=
  trap '[ -z "$keeper" ] || { kill "$keeper"; wait "$keeper"; } 2>/dev/null || true; rm -rf "$scratch"' EXIT
  # The routes of the sample need Istio's CRDs, which this control plane has not.
  cp -R catalog notebooks "$scratch"
  sed 's/^  kind: istio$/  kind: none/' octavo.yaml >"$scratch/octavo.yaml"
  bundles=$scratch/bundles
  shown octavo -C "$scratch" render --out "$bundles"

  mkfifo "$scratch/said"
  PYTHONPATH=tools python -m controlplane play >"$scratch/said" &
  keeper=$!
  exec 3<"$scratch/said"
  title "make cluster"
  read -r export <&3 || { echo "the control plane did not come up" >&2; return 1; }
  eval "$export"
  echo "$export"

  title "octavo crd | kubectl apply --server-side -f -"
  octavo crd | kubectl apply --server-side -f -
  kubectl wait --for=condition=Established crd/notebooks.jackhoman.dev >/dev/null
  # What the catalog's options depend on, and the agent copies to where it is needed.
  kubectl create namespace kubeflow
  kubectl --namespace kubeflow create secret generic pypi.private.com
  kubectl --namespace kubeflow create secret generic analytics-database
  kubectl --namespace kubeflow create configmap s3-config
  title "octavo diff --from $bundles | tail -n 1"
  { octavo diff --from "$bundles" || [ $? = 1 ]; } | sed '/^$/d' | tail -n 1
  shown octavo sync --once --from "$bundles"
  shown kubectl get notebooks --all-namespaces
  shown octavo sync --once --from "$bundles"

  drift='{"spec": {"selector": {"jackhoman.dev/part": "somewhere-else"}}}'
  shown kubectl --namespace "${notebook%/*}" patch service "${notebook#*/}" --patch "$drift"
  shown octavo diff --from "$bundles" || [ $? = 1 ]
  shown octavo sync --once --from "$bundles"
}

shown octavo check
shown octavo catalog
# A commit names the commit it was made from; here the sources may have been edited just now.
shown octavo render --repo "$out" --branch main --adopt --allow-dirty --no-sign --author "Octavo <octavo@example.com>" \
  --committer "Octavo <octavo@example.com>"

title "git -C $out ls-files"
git -C "$out" ls-files
first=$(git -C "$out" ls-files '*notebooks/*/*/kustomization.yaml' | sed -n 1p)
notebook=$(basename "$(dirname "$(dirname "$first")")")/$(basename "$(dirname "$first")")
shown octavo render "$notebook"
shown octavo explain "$notebook"
title "git -C $out log --stat"
git --no-pager -C "$out" log --stat --max-count 3
if cluster_at_hand; then in_cluster_demo; fi
printf '\n%s holds the bundles; edit a file in notebooks/ and run this again.\n' "$out"
