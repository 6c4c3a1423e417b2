#!/usr/bin/env bash
# Makes or mends a virtual environment: the locked packages, then this project as an editable install.
# Usage: tools/venv.sh VENV LOCKFILE     May be interrupted and run again at any time.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=$1 lock=$2 python=${PYTHON:-python3}

exec 9>".$(basename "$venv").lock"
flock 9

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
  { echo "Python 3.11 or later is needed; name one: make setup PYTHON=python3.12" >&2; exit 1; }
"$python" -c 'import ensurepip, venv' 2>/dev/null || tools/debian.sh python3-venv

# A virtual environment that was moved or half made is made afresh.
"$venv/bin/python" -c 'import pip' 2>/dev/null || rm -rf "$venv"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"

pip() { "$venv/bin/python" -m pip --quiet --quiet --disable-pip-version-check "$@"; }
echo "installing $lock into $venv" >&2
pip install --require-hashes --requirement "$lock"
pip install --no-deps --no-build-isolation --editable .
"$venv/bin/python" -m compileall -q octavo renderer
