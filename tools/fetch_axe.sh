#!/bin/sh
# Puts axe-core (MPL-2.0), which looks for pages that people with disabilities cannot use, into .peers/axe. It is asked
# by tests alone and is no part of the product. npm checks the package against the registry's own digest; the digest
# below pins the one version whatever the registry says.
set -eu
cd "$(dirname "$0")/.."
version=4.10.3
wanted=0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292
home=$PWD/.peers/axe

left_out() {
    echo "axe is left out: $1 Tests that ask it will be skipped." >&2
    exit 0
}

if [ -s "$home/axe.min.js" ] && [ "$(cat "$home/version" 2>/dev/null)" = "$version" ]; then
    echo "axe $version is in .peers/axe"
    exit 0
fi
command -v npm >/dev/null || left_out "this machine has no npm."
rm -rf "$home"
mkdir -p "$home"
(cd "$home" && npm pack --silent "axe-core@$version" >/dev/null 2>&1) || left_out "the package could not be had."
archive=$home/axe-core-$version.tgz
[ "$(sha256sum "$archive" | cut -d ' ' -f 1)" = "$wanted" ] || left_out "the package is not the one that was pinned."
tar -xzf "$archive" -C "$home" --strip-components=1 package/axe.min.js package/LICENSE
rm "$archive"
echo "$version" >"$home/version"
echo "axe $version is in .peers/axe"
