#!/bin/sh
# Tries the recipe for real, without a container: a Debian 12 in a folder, installed twice, then looked at.
#   try_install.sh FOLDER [MIRROR]      (as root; needs debootstrap and some 2 GB)
set -eu
folder=$1
mirror=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
[ "$(id -u)" = 0 ] || { echo "run me as root" >&2; exit 1; }
command -v debootstrap >/dev/null || { echo "apt-get install debootstrap" >&2; exit 1; }
if [ ! -e "$folder/etc/debian_version" ]; then
    # shellcheck disable=SC2086 # an empty mirror is debootstrap's own
    debootstrap --variant=minbase --include=ca-certificates bookworm "$folder" $mirror
fi
cp -L /etc/resolv.conf "$folder/etc/resolv.conf"
for bound in proc sys dev; do
    mountpoint -q "$folder/$bound" || mount --bind "/$bound" "$folder/$bound"
done
trap 'for bound in proc sys dev; do umount "$folder/$bound"; done' EXIT
printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d" # nothing is started inside
chmod 755 "$folder/usr/sbin/policy-rc.d"
make --silent venv
tools/make_wheels.sh "$folder/tmp/wheels"
root_pem=$folder/tmp/root.pem
openssl req -x509 -newkey ed25519 -nodes -subj "/CN=Percobaan" -keyout /dev/null -out "$root_pem" 2>/dev/null
for time in 1 2; do
    echo "== installing, time $time"
    deploy/booth/install.sh --root "$folder" --wheels "$folder/tmp/wheels" --regency-root "$root_pem"
done
