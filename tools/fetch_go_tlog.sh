#!/bin/sh
# Builds .peers/bin/log-oracle, which asks Go's sumdb packages about notes and Merkle trees, from Debian's packages.
# Compiler and sources are unpacked into a folder that is removed afterwards; the system stays as it was.
set -eu
cd "$(dirname "$0")/.."
home=$PWD/.peers
tool=$home/bin/log-oracle
source=$PWD/tests/trust/log_oracle/main.go
work=$home/go

left_out() {
    echo "log-oracle is left out: $1 Tests that ask Go for a second opinion on the log will be skipped." >&2
    rm -rf "$work"
    exit 0
}

if [ -x "$tool" ] && [ "$tool" -nt "$source" ]; then
    echo "log-oracle is in .peers/bin"
    exit 0
fi
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || left_out "this is no Debian."
compiler=$(apt-cache depends golang-go 2>/dev/null | sed -n 's/^ *Depends: \(golang-[0-9.]*-go\)$/\1/p' | head -n 1)
[ -n "$compiler" ] || left_out "apt knows no golang-go (apt-get update?)."

rm -rf "$work"
mkdir -p "$work/archives" "$work/system" "$home/bin"
(cd "$work/archives" && apt-get download -qq -o APT::Sandbox::User= \
    "$compiler" "${compiler%-go}-src" golang-golang-x-mod-dev golang-golang-x-xerrors-dev) >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; left_out "the packages could not be had."; }
for package in "$work"/archives/*.deb; do
    dpkg-deb --extract "$package" "$work/system"
done
version=${compiler#golang-}
version=${version%-go}
GOROOT=$work/system/usr/lib/go-$version GOPATH=$work/system/usr/share/gocode GOCACHE=$work/cache \
    GO111MODULE=off CGO_ENABLED=0 GOFLAGS=-p=2 "$work/system/usr/lib/go-$version/bin/go" build -o "$tool" "$source" >"$work/log" 2>&1 ||
    { cat "$work/log" >&2; left_out "it could not be built."; }
rm -rf "$work"
echo "log-oracle is in .peers/bin"
