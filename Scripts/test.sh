#!/bin/bash
# All checks, the cheap ones first. The last output is the closing lines of `swift test`.
#
# FLUXGATE_TORTURE=1: the sanitizer ten times, larger models, the long tests.
set -euo pipefail
cd "$(dirname "$0")/.."
skipped=()
step() { printf '\n== %s\n' "$*"; }

Scripts/need-packages.sh test
Scripts/need-swift.sh

step "Python peers"
if Scripts/peers.sh; then
  export PATH="$PWD/.build-peers/bin:$PATH"
  export FLUXGATE_PEER_PYTHON="$PWD/.build-peers/bin/python3"
  [ "${CI:-}" != true ] || export FLUXGATE_REQUIRE_PEERS=1
elif [ "${CI:-}" = true ]; then
  echo "The Python peers are required here and could not be installed." >&2
  exit 1
else
  skipped+=("comparison with SciPy, h5py and makers' clients: pip failed")
fi

step "Model of the ring (Spin)"
Tests/Models/check.sh

step "Format"
swift format lint --strict --recursive Sources Tests Package.swift

step "Build"
swift build --build-tests

step "The patient's story, on real processes"
stories=1
[ "${FLUXGATE_TORTURE:-}" != 1 ] || stories=10
Scripts/story.sh "$stories"

step "Strange bytes, a few seconds for each reader"
Scripts/fuzz.sh 3

step "Real kernel in a virtual machine"
# Not required yet: now and then the bench does not get the pulled cable attached again in time.
status=0
timeout 300 Scripts/vm.sh || status=$?
if [ "$status" = 77 ]; then
  skipped+=("USB on a real kernel: see above what is missing")
elif [ "$status" != 0 ]; then
  skipped+=("USB on a real kernel: CHECKS FAILED, see above")
fi

step "Devices of all kinds at once, as processes of their own"
if [ "${FLUXGATE_TORTURE:-}" = 1 ]; then
  swift build -c release --product fluxgate
  Scripts/fleet.sh .build/release/fluxgate 64 600
else
  Scripts/fleet.sh .build/debug/fluxgate 8 10
fi

rounds=2
[ "${FLUXGATE_TORTURE:-}" != 1 ] || rounds=10
step "Thread sanitizer, $rounds rounds"
Scripts/sanitize.sh "$rounds" || { echo "The thread sanitizer's run failed." >&2; exit 1; }

step "Skipped"
[ -d ../shared/fixtures ] || skipped+=("tests over ../shared/fixtures: not there")
if [ "${#skipped[@]}" = 0 ]; then echo "nothing"; else printf -- '- %s\n' "${skipped[@]}"; fi

# In a process of their own: other suites wait for processes on the threads that servers run on.
step "Tests of servers and clients"
swift test --skip-build --filter '^FluxgateWebTests\.'

step "Tests"
exec swift test --skip-build --skip '^FluxgateWebTests\.'
