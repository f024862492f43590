#!/bin/bash
# Stops with a clear word when Swift is missing or too old. Status 2 then.
set -euo pipefail
wanted="6.3"

if ! command -v swift >/dev/null; then
  echo "Swift is not on the PATH. Fluxgate needs a Swift $wanted toolchain:" >&2
  echo "  https://www.swift.org/install/linux/" >&2
  exit 2
fi
found="$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p' | head -1)"
if [ "$(printf '%s\n%s\n' "$wanted" "${found:-0}" | sort -V | head -1)" != "$wanted" ]; then
  echo "Swift ${found:-of unknown version} is too old: Fluxgate needs $wanted or newer." >&2
  exit 2
fi
