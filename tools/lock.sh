#!/usr/bin/env bash
# Writes requirements/*.txt: exact versions and hashes of all packages, for every platform.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache
"${PYTHON:-python3}" -m venv .cache/lock
.cache/lock/bin/python -m pip install --quiet --quiet uv

# Each set is held to the versions of the one before: they are installed over one another.
compile() {
  .cache/lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
    --no-annotate --no-header "$@"
}
compile pyproject.toml --output-file requirements/run.txt
compile pyproject.toml --constraint requirements/run.txt --extra dev --output-file requirements/dev.txt
compile pyproject.toml --constraint requirements/dev.txt --extra dev --extra bench --output-file requirements/bench.txt
echo setuptools | compile - --constraint requirements/dev.txt --output-file requirements/build.txt
