#!/bin/sh
# Puts the printer emulator emupos into .peers/emupos, an environment of its own: it needs Python 3.13 or newer.
set -eu
cd "$(dirname "$0")/.."

if [ -x .peers/bin/emupos ] && [ .peers/emupos/done -nt requirements/emupos.lock ]; then
    echo "emupos is in .peers/bin"
    exit 0
fi
if ! python=$(tools/find_python.sh 3.13 2>/dev/null); then
    echo "emupos is left out: it needs Python 3.13 or newer, and this machine has none. Tests with it will be skipped." >&2
    exit 0
fi
mkdir -p .peers/bin
"$python" -m venv --clear .peers/emupos
.peers/emupos/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r requirements/emupos.lock
ln -sf ../emupos/bin/emupos .peers/bin/emupos
touch .peers/emupos/done
echo "emupos is in .peers/bin"
