#!/bin/sh
# Fills a folder with all that an installation without a network needs: make_wheels.sh FOLDER (`make wheels` calls it)
# Every package is held to its hash in requirements/run.lock; SHA256SUMS names each file, to be compared on the other side.
# The wheels suit the kind of machine and Python that they are made on: make them on Debian 12 for Debian 12.
set -eu
cd "$(dirname "$0")/.."
folder=$1
pip=".venv/bin/python -m pip --disable-pip-version-check --no-input"
rm -rf "$folder"
mkdir -p "$folder"
$pip download --quiet --require-hashes --only-binary :all: -r requirements/run.lock -d "$folder"
$pip wheel --quiet --no-deps --no-build-isolation --wheel-dir "$folder" .
rm -rf build
cp requirements/run.lock "$folder/"
(cd "$folder" && sha256sum -- * >SHA256SUMS)
echo "$folder holds $(find "$folder" -name '*.whl' | wc -l) wheels. SHA-256 of its list: $(sha256sum "$folder/SHA256SUMS" | cut -d' ' -f1)"
