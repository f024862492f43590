#!/bin/bash
# Installs the Debian packages that are missing for `build` or `test`, and says so.
#
# Status 0: all there. Status 2: the one line to run was printed.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
. "$here/packages.sh"

case "${1:-}" in
  build) wanted="$build_packages" ;;
  test) wanted="$build_packages $test_packages" ;;
  *) echo "usage: need-packages.sh build|test" >&2; exit 2 ;;
esac

if ! command -v dpkg-query >/dev/null; then
  echo "This is not a Debian system. Install what these packages hold, then set" >&2
  echo "FLUXGATE_NO_APT=1: $wanted" >&2
  [ "${FLUXGATE_NO_APT:-}" = 1 ] && exit 0
  exit 2
fi

missing=""
for package in $wanted; do
  state="$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)"
  [ "$state" = "install ok installed" ] || missing="$missing $package"
done
missing="${missing# }"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
  as_root=""
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
  as_root="sudo -n"
else
  echo "Some Debian packages are missing. Run this line, then try again:" >&2
  echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends $missing" >&2
  exit 2
fi

echo "Installing missing Debian packages: $missing"
run="$as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq"
if ! { $run update && $run install -y --no-install-recommends $missing >/dev/null; }; then
  echo "apt-get failed. Install these by hand and try again: $missing" >&2
  exit 2
fi
