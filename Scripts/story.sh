#!/bin/bash
# The patient's story on real processes, once with the clock moved and then with kills.
#
# story.sh [SEEDS]: how many seeds of kills, 1 by default. Needs a debug build of fluxgate.
set -euo pipefail
cd "$(dirname "$0")/.."
seeds="${1:-1}"
program="$(swift build --show-bin-path)/fluxgate"
place="$(mktemp -d)"
trap 'rm -rf "$place"' EXIT

verifier=()
if command -v go >/dev/null && [ -d /usr/share/gocode/src/golang.org/x/mod ]; then
  GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS= \
    go build -o "$place/verifier" Tests/GoVerifier/main.go
  verifier=(--go "$place/verifier")
fi

export PYTHONDONTWRITEBYTECODE=1
python3 Tests/Story/story.py "$program" "${verifier[@]}"
for seed in $(seq 1 "$seeds"); do
  printf '\nThe same with kills, seed %s\n' "$seed"
  python3 Tests/Story/story.py "$program" "${verifier[@]}" --kill "$seed"
done
