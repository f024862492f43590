#!/bin/bash
# Checks the ring's model exhaustively, then that every deliberate mistake is found.
#
# FLUXGATE_TORTURE=1 takes larger rings and more blocks.
set -euo pipefail
here="$(cd "$(dirname "$0")" && pwd)"
room="$(mktemp -d)"
trap 'rm -rf "$room"' EXIT
cd "$room"

largest=3
blocks=7
if [ "${FLUXGATE_TORTURE:-}" = 1 ]; then largest=5 blocks=14; fi

# Prints the errors that an exhaustive search finds; fails when the search was not complete.
errors() {
  spin "$@" -a "$here/block_ring.pml" >/dev/null
  gcc -O2 -w -DSAFETY -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c
  ./pan -m1000000 >found 2>&1
  if grep -Eq 'search depth too small|reached -DMEMLIM|out of memory|Search not completed.*out' found; then
    cat found >&2
    return 1
  fi
  sed -n 's/.*errors: *\([0-9]*\).*/\1/p' found
}

states() { sed -n 's/^ *\([0-9]*\) states, stored.*/\1/p' found; }

for slots in $(seq "$largest"); do
  count="$(errors -DSLOTS="$slots" -DBLOCKS="$blocks")"
  if [ "$count" != 0 ]; then
    cat found >&2
    echo "ring of $slots slots: the model is wrong" >&2
    exit 1
  fi
  echo "ring of $slots slots, $blocks blocks: no error in $(states) states"
done

for mistake in PUBLISH_EARLY RETURN_EARLY OVERWRITE FORGET; do
  count="$(errors -DSLOTS=2 -DBLOCKS=5 -D$mistake)"
  if [ "$count" = 0 ]; then
    echo "the mistake $mistake was not found: the model is too weak" >&2
    exit 1
  fi
  echo "the mistake $mistake is found"
done
