#!/bin/bash
# The suites whose names hold `ThreadSanitizer`, ROUNDS times under the thread sanitizer.
#
# Built once into .build-tsan, so that the ordinary build is not made anew each time.
set -euo pipefail
cd "$(dirname "$0")/.."
rounds="${1:?usage: sanitize.sh ROUNDS}"
flags=(--scratch-path .build-tsan --sanitize thread)
export TSAN_OPTIONS="halt_on_error=1 abort_on_error=0 exitcode=66 suppressions=$PWD/Scripts/tsan.supp"

swift build "${flags[@]}" --build-tests
for round in $(seq "$rounds"); do
  echo "round $round of $rounds"
  swift test "${flags[@]}" --skip-build --filter ThreadSanitizer | tail -2
done
