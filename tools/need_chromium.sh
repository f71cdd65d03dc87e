#!/bin/sh
# The browser tests drive Debian's Chromium: installs it where that is possible, else says what will be skipped.
set -eu
if command -v chromium >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Chromium for the browser tests."
    if DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null &&
        DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium >/dev/null; then
        exit 0
    fi
fi
echo "Chromium is missing, so the browser tests will be skipped. As root: apt-get install chromium" >&2
