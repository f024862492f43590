#!/bin/bash
# The suites whose names hold `ThreadSanitizer`, ROUNDS times under the thread sanitizer.
#
# Built once into .build-tsan, so that the ordinary build is not made anew each time.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds="${1:?usage: sanitize.sh ROUNDS}"
flags=(--scratch-path .build-tsan --sanitize thread)
export TSAN_OPTIONS="halt_on_error=1 exitcode=66 suppressions=$PWD/Scripts/tsan.supp"
log="$(mktemp)"
trap 'rm -f "$log"' EXIT

swift build "${flags[@]}" --build-tests
for round in $(seq "$rounds"); do
  if ! swift test "${flags[@]}" --skip-build --filter ThreadSanitizer >"$log" 2>&1 ||
    ! grep -q 'Test run with [1-9][0-9]* test' "$log" || grep -q 'WARNING: ThreadSanitizer' "$log"
  then
    cat "$log" >&2
    echo "round $round of $rounds: not clean" >&2
    exit 1
  fi
  echo "round $round of $rounds: $(grep 'Test run with' "$log")"
done
