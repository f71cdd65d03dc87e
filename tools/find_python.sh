#!/bin/sh
# Prints the first Python on this machine that is at least the given version: find_python.sh 3.11
# A command that exists but does not run (a version manager's stand-in, say) is passed over.
set -eu
wanted=$1

runs() {
    "$1" -c 'import sys; sys.exit(sys.version_info < tuple(map(int, sys.argv[1].split("."))))' "$wanted" >/dev/null 2>&1
}

for name in python3.11 python3.12 python3.13 python3.14 python3; do
    if command -v "$name" >/dev/null && runs "$name"; then
        command -v "$name"
        exit 0
    fi
done

if command -v pyenv >/dev/null; then
    for version in $(pyenv versions --bare 2>/dev/null); do
        candidate=$(pyenv prefix "$version" 2>/dev/null)/bin/python3
        if runs "$candidate"; then
            echo "$candidate"
            exit 0
        fi
    done
fi
echo "No Python $wanted or newer was found. On Debian, as root: apt-get install python3 python3-venv" >&2
exit 1
