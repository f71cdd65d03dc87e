#!/bin/sh
# Makes .venv with everything that the given lock file names, then the program itself: make_venv.sh run|dev
# Every package must match a hash of the lock file; the program is linked in place, so a change needs no new install.
set -eu
cd "$(dirname "$0")/.."
kind=$1

install_venv_module() {
    fix="apt-get install python3-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "This Python cannot make environments yet: installing Debian's python3-venv."
        DEBIAN_FRONTEND=noninteractive apt-get update -q
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends python3-venv
    fi
    "$1" -c 'import ensurepip, venv' >/dev/null 2>&1 || {
        echo "This Python cannot make environments. As root: $fix" >&2
        exit 1
    }
}

if ! .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
    python=$(tools/find_python.sh 3.11)
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 || install_venv_module "$python"
    echo "Making .venv with $("$python" --version)"
    "$python" -m venv --clear .venv
fi

.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "requirements/$kind.lock"
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-deps --no-build-isolation --editable .
