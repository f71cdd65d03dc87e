#!/bin/sh
# The spoken guide ships with the program. Making its recordings again, and comparing, needs two programs more.
set -eu
missing=""
for program in espeak-ng opusenc; do
    command -v "$program" >/dev/null || missing="$missing $program"
done
if [ -n "$missing" ]; then
    echo "Missing:$missing. The tests that speak the guide's sentences again will be skipped. As root: apt-get install espeak-ng opus-tools" >&2
fi
