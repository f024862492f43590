#!/bin/bash
# Puts the Python peers of the tests into .build-peers/. Status 1 when one of the needed ones fails.
set -uo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
place="$root/.build-peers"
list="$root/Tests/Peers/requirements.txt"
alone="$root/Tests/Peers/requirements-alone.txt"
stamp="$place/made-from"

now="$(cat "$list" "$alone" | sha256sum)"
[ -x "$place/bin/python3" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$now" ] && exit 0

echo "Installing the tests' Python peers into .build-peers/"
pip="$place/bin/pip -q --disable-pip-version-check install --only-binary :all:"
python3 -m venv "$place" || exit 1
$pip -r "$list" || exit 1
# Clients that other projects carry: wanted without what they themselves would pull in.
$pip --no-deps -r "$alone" || exit 1
echo "$now" >"$stamp"
