#!/bin/sh
# Looks at an installed booth (default: this machine) and says what is not as it must be: check_image.sh [ROOT]
set -u
target=${1:-/}
prefix=${target%/}
wrong=0
bad() { echo "NOT AS IT MUST BE: $*" >&2; wrong=1; }
within() { if [ "$target" = / ]; then "$@"; else chroot "$target" "$@"; fi; }

for unit in epilwu-booth.service epilwu-kiosk.service; do
    [ "$(within systemctl is-enabled "$unit" 2>/dev/null)" = enabled ] || bad "$unit does not start by itself"
done
for unit in ctrl-alt-del.target systemd-timesyncd.service getty@tty1.service sleep.target; do
    [ "$(readlink "$prefix/etc/systemd/system/$unit")" = /dev/null ] || bad "$unit is not masked"
done
within /usr/bin/systemd-analyze verify --man=no epilwu-booth.service epilwu-kiosk.service \
    srv-epilwu-pertama.mount srv-epilwu-kedua.mount srv-epilwu-paket.mount || bad "a unit has a fault"
for user in epilwu-bilik epilwu-layar; do
    within getent passwd "$user" >/dev/null || bad "there is no user $user"
done
within id -nG epilwu-layar | grep -qw dialout && bad "the browser's user can reach printer and scanner"
[ -x "$prefix/usr/bin/cage" ] || bad "cage is not installed"
[ -x "$prefix/usr/bin/chromium" ] || bad "chromium is not installed"
within /opt/epilwu/bin/epilwu booth serve --help >/dev/null || bad "the program does not start"
within python3 -m json.tool /etc/chromium/policies/managed/epilwu.json >/dev/null || bad "chromium's policy is no JSON"
grep -q '^overlayroot="tmpfs' "$prefix/etc/overlayroot.conf" || bad "the root file system is not read-only"
grep -qs '\sswap\s' "$prefix/etc/fstab" && bad "there is swap: a vote could reach the disk"
find "$prefix/etc/ssh" -name sshd_config 2>/dev/null | grep -q . && bad "an SSH server is installed"
[ $wrong = 0 ] && echo "$target is as a booth must be."
exit $wrong
