#!/bin/sh
# Installs Debian's Chromium and its driver, where that is possible; says what to do where it is not.
set -eu
if ! command -v apt-get >/dev/null; then
    echo "Install Chromium and chromedriver for the browser tests: there is no apt-get here to do it." >&2
    exit 0
fi
root=""
[ "$(id -u)" = 0 ] || root="sudo -n"
if ! { $root apt-get update -qq && DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq chromium chromium-driver >/dev/null; }; then
    echo "Chromium could not be installed: run 'apt-get install chromium chromium-driver' as root for the browser tests." >&2
fi
