#!/bin/sh
# Prints the first Python on this machine that is at least the given version: find_python.sh 3.11
# Looks on PATH, then where version managers and hand-made builds put them. A command that exists but does not run
# (a version manager's stand-in, say) is passed over.
set -eu
wanted=$1

found() {
    "$1" -c 'import sys; sys.exit(sys.version_info < tuple(map(int, sys.argv[1].split("."))))' "$wanted" >/dev/null 2>&1 &&
        echo "$1" && exit 0
    return 0
}

for name in python3.11 python3.12 python3.13 python3.14 python3; do
    path=$(command -v "$name") && found "$path"
done

home=${HOME:-/nonexistent}
for folder in "${PYENV_ROOT:-$home/.pyenv}"/versions/*/bin "$home"/.local/share/uv/python/*/bin \
    /usr/local/bin /usr/local/*/bin /opt/*/bin /opt/*/*/bin; do
    for path in "$folder"/python3.1[0-9] "$folder"/python3; do
        [ -x "$path" ] && found "$path"
    done
done
echo "No Python $wanted or newer was found. On Debian, as root: apt-get install python3 python3-venv" >&2
exit 1
