#!/bin/sh
# Puts Debian trixie's belenios-tool into .peers/, beside its own C library, so that it runs on an older Debian.
# The system's packages and apt's own state stay untouched; apt checks the archive's signature as always.
set -eu
cd "$(dirname "$0")/.."
home=$PWD/.peers
tool=$home/bin/belenios-tool
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

left_out() {
    echo "belenios-tool is left out: $1 Tests that ask it for a second opinion will be skipped." >&2
    exit 0
}

if [ -x "$tool" ] && "$tool" --version >/dev/null 2>&1; then
    echo "belenios-tool $("$tool" --version) is in .peers/bin"
    exit 0
fi
command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || left_out "this is no Debian."
[ -r "$keyring" ] || left_out "$keyring is missing (apt-get install debian-archive-keyring)."

# The machine's own mirror, whichever that is.
mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | grep -v security | head -n 1)
[ -n "$mirror" ] || mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep -v security | head -n 1)
[ -n "$mirror" ] || left_out "apt knows no Debian mirror (see /etc/apt/sources.list)."

apt=$home/apt
rm -rf "$apt" "$home/trixie"
mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/empty" "$home/trixie" "$home/bin"
: >"$apt/status"
echo "deb [signed-by=$keyring] $mirror trixie main" >"$apt/sources.list"
set -- -q -y \
    -o "Dir::Etc::SourceList=$apt/sources.list" -o "Dir::Etc::SourceParts=$apt/empty" \
    -o "Dir::Etc::Preferences=/dev/null" -o "Dir::Etc::PreferencesParts=$apt/empty" \
    -o "Dir::State=$apt" -o "Dir::State::Lists=$apt/lists" -o "Dir::State::Status=$apt/status" \
    -o "Dir::Cache=$apt" -o "Dir::Cache::Archives=$apt/archives" \
    -o "APT::Get::List-Cleanup=false" -o "APT::Sandbox::User=" -o "Debug::NoLocking=true"
apt-get "$@" update >"$apt/log" 2>&1 || { cat "$apt/log" >&2; left_out "the index of trixie could not be had."; }
apt-get "$@" --no-install-recommends --download-only -o "Dir::Cache::pkgcache=" install belenios-tool >>"$apt/log" 2>&1 ||
    { cat "$apt/log" >&2; left_out "the package could not be had."; }

for package in "$apt"/archives/*.deb; do
    dpkg-deb --extract "$package" "$home/trixie"
done
loader=$(find "$home/trixie" -name 'ld-linux*.so.*' ! -type d | head -n 1)
[ -n "$loader" ] || left_out "its C library was not among the packages."

cat >"$tool" <<WRAPPER
#!/bin/sh
here=\$(CDPATH= cd -- "\$(dirname -- "\$0")/.." && pwd)
lib=\$(dirname -- "\$here/${loader#"$home"/}")
exec "\$here/${loader#"$home"/}" --library-path "\$lib" "\$here/trixie/usr/bin/belenios-tool" "\$@"
WRAPPER
chmod +x "$tool"
version=$("$tool" --version) || left_out "it does not run here."
rm -rf "$apt"
echo "belenios-tool $version is in .peers/bin"
