#!/bin/sh
# Makes a Debian 12 system into a booth. Safe to run again: it ends in the same state.
#
#   install.sh --wheels DIR --regency-root root.pem [--root DIR] [--skip-packages] [--network-once]
#
# --root: the system to change (default: this one), for an image in a folder. --skip-packages: Debian's packages are
# there already. --network-once: leave the network services on, for a machine that is still being prepared.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=/
wheels='' regency_root='' skip_packages='' network_once=''
die() { echo "install.sh: $*" >&2; exit 1; }
while [ $# -gt 0 ]; do
    case $1 in
        --root) target=$(cd "$2" && pwd); shift ;;
        --wheels) wheels=$(cd "$2" && pwd); shift ;;
        --regency-root) regency_root=$2; shift ;;
        --skip-packages) skip_packages=1 ;;
        --network-once) network_once=1 ;;
        *) die "unknown option $1" ;;
    esac
    shift
done
[ "$(id -u)" = 0 ] || die "run me as root"
[ -n "$wheels" ] || die "--wheels: the folder that make wheels filled"
[ -f "$wheels/SHA256SUMS" ] || die "$wheels has no SHA256SUMS: make it with make wheels"
[ -f "$regency_root" ] || die "--regency-root: the root certificate whose fingerprint the regency announced"
grep -q '^VERSION_ID="12"' "$target/etc/os-release" || die "$target is no Debian 12"
prefix=${target%/}
within() { if [ "$target" = / ]; then "$@"; else chroot "$target" "$@"; fi; }

install_packages() {
    within env DEBIAN_FRONTEND=noninteractive apt-get update -q
    grep -v '^#' "$here/packages.txt" |
        within env DEBIAN_FRONTEND=noninteractive xargs apt-get install -q -y --no-install-recommends
}

copy_settings() {
    (cd "$here/files" && find . -type f | while read -r file; do
        # The officers' technician may have changed this one.
        [ "$file" = ./etc/epilwu/booth.conf ] && [ -e "$prefix/$file" ] && continue
        mode=644
        [ -x "$file" ] && mode=755
        install -D -m "$mode" "$file" "$prefix/$file"
    done)
    install -D -m 755 "$here/name-device" "$prefix/usr/local/sbin/epilwu-name-device"
    install -D -m 644 "$here/README.md" "$prefix/usr/local/share/doc/epilwu/README.md"
    install -m 644 "$regency_root" "$prefix/etc/epilwu/root.pem"
    printf 'overlayroot="tmpfs:swap=0,recurse=0"\n' >"$prefix/etc/overlayroot.conf"
    ln -sf /usr/share/zoneinfo/Asia/Jakarta "$prefix/etc/localtime"
    if [ -f "$prefix/etc/fstab" ]; then sed -i '/\sswap\s/d' "$prefix/etc/fstab"; fi
}

install_program() {
    (cd "$wheels" && sha256sum --quiet -c SHA256SUMS) || die "a file in $wheels is not what SHA256SUMS says"
    stage=$prefix/opt/epilwu-wheels
    rm -rf "$stage"
    mkdir -p "$stage"
    cp "$wheels"/* "$stage/"
    within python3 -m venv --clear /opt/epilwu
    pip="/opt/epilwu/bin/python -m pip install --quiet --disable-pip-version-check --no-input --no-index"
    # shellcheck disable=SC2086 # words on purpose
    within $pip --find-links /opt/epilwu-wheels --require-hashes --only-binary :all: -r /opt/epilwu-wheels/run.lock
    # shellcheck disable=SC2086,SC2016
    within sh -c "$pip --no-deps /opt/epilwu-wheels/epilwu-*.whl"
    rm -rf "$stage"
    within /opt/epilwu/bin/epilwu --version
    # Its number is made once: it tells this machine from the spare that may take its booth over.
    [ -e "$prefix/etc/epilwu/device-id" ] || within /opt/epilwu/bin/epilwu booth device /etc/epilwu/device-id
}

switch_units() {
    for unit in epilwu-booth.service epilwu-kiosk.service; do within systemctl enable --quiet "$unit"; done
    within systemctl set-default --quiet multi-user.target
    quiet="ctrl-alt-del.target apt-daily.timer apt-daily-upgrade.timer fstrim.timer systemd-timesyncd.service
        getty@tty1.service sleep.target suspend.target hibernate.target hybrid-sleep.target"
    network="networking.service NetworkManager.service systemd-networkd.service systemd-networkd.socket
        systemd-resolved.service wpa_supplicant.service bluetooth.service ssh.service ssh.socket"
    [ -n "$network_once" ] && network=''
    for unit in $quiet $network; do within systemctl mask --quiet "$unit"; done
}

[ -n "$skip_packages" ] || install_packages
copy_settings
within systemd-sysusers epilwu.conf
within systemd-tmpfiles --create epilwu.conf
install_program
switch_units
"$here/check_image.sh" "$target"
echo "$target is now booth device $(cat "$prefix/etc/epilwu/device-id"). Name its printer and scanner next: epilwu-name-device --help"
