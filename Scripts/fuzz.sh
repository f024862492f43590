#!/bin/bash
# Gives every door for strangers' bytes random ones for SECONDS each, beginning with the corpus.
#
# usage: fuzz.sh SECONDS [TARGET...]     (no target: all of them)
# What crashes or hangs is kept in .build-fuzz/found; the run ends with status 1 then.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds="${1:?usage: fuzz.sh SECONDS [TARGET...]}"
shift
place=.build-fuzz
# A crash must end the program at once: the backtracer would keep the fuzzer waiting.
export SWIFT_BACKTRACE=enable=no

swift build --package-path Tests/Fuzz -c release --scratch-path "$place" --product Fuzz
mkdir -p "$place/found"

targets=("$@")
if [ "${#targets[@]}" = 0 ]; then
  targets=(capture profile)
  for file in device-profiles/*.yaml; do targets+=("$(basename "$file" .yaml)"); done
fi

for target in "${targets[@]}"; do
  grown="$place/corpus/$target"
  mkdir -p "$grown"
  folders=("$grown")
  # The tests' own profiles and captures are the best first inputs that there are.
  case "$target" in
    profile) folders+=(device-profiles) ;;
    capture) folders+=(fixtures) ;;
    *) [ -d "Tests/Fuzz/Corpus/$target" ] && folders+=("Tests/Fuzz/Corpus/$target") ;;
  esac
  log="$place/$target.log"
  if ! timeout $((seconds * 2 + 120)) "$place/release/Fuzz" "$target" \
    -max_total_time="$seconds" -max_len=8192 -timeout=10 -rss_limit_mb=2048 \
    -artifact_prefix="$place/found/$target-" "${folders[@]}" >"$log" 2>&1
  then
    tail -40 "$log" >&2
    echo "$target: the input is kept in $place/found" >&2
    exit 1
  fi
  echo "$target: $(grep -o 'Done [0-9]* runs' "$log")"
done
