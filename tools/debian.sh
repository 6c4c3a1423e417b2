#!/usr/bin/env bash
# Installs packages of Debian (or of what derives from it), as root or with sudo.
# Usage: tools/debian.sh PACKAGE...
set -euo pipefail
say() { echo "tools/debian.sh: $*" >&2; }

command -v apt-get >/dev/null || { say "not a Debian system; install by hand what holds: $*"; exit 1; }
if [ "$(id -u)" = 0 ]; then root=(env)
elif sudo -n true 2>/dev/null; then root=(sudo)
else say "neither root nor sudo; ask for: apt-get install $*"; exit 1
fi
say "installing $*"
"${root[@]}" apt-get -qq update >&2
"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install --yes --no-install-recommends "$@" >&2
