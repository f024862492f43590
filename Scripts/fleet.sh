#!/bin/bash
# Records DEVICES virtual devices at once for SECONDS; a release build is also held to its word that
# acquisition asks for no memory and no lock once it runs.
#
# usage: fleet.sh PROGRAM DEVICES SECONDS
set -euo pipefail
cd "$(dirname "$0")/.."
program="${1:?usage: fleet.sh PROGRAM DEVICES SECONDS}"
devices="${2:?}"
seconds="${3:?}"
python3 Tests/Fleet/fleet.py "$program" "$devices" "$seconds"
case "$program" in
  */release/*)
    gcc -O2 -shared -fPIC -o .build/count_calls.so Tests/Fleet/count_calls.c -ldl
    python3 Tests/Fleet/fleet.py "$program" 8 20 .build/count_calls.so
    ;;
esac
