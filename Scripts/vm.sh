#!/bin/bash
# Runs the checks of Tests/VM on a real Linux USB stack: one boot of a virtual machine that has
# Debian's kernel and this machine's root, with virtual devices on its USB bus. Needs a debug build.
#
# vm.sh [COMMAND]: with a command, the machine runs that shell line instead, to look around.
# Status 77: this machine cannot run it, the reason was printed. VM_SECONDS: the boot's limit.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/sbin:/sbin"

for program in qemu-system-x86_64 busybox cpio depmod xz apt-get; do
  command -v "$program" >/dev/null && continue
  echo "$program is missing"
  exit 77
done
[ -x .build/debug/fluxgate ] || { echo "build first: swift build" >&2; exit 1; }
Tests/VM/prepare.sh

python="${FLUXGATE_PEER_PYTHON:-.build-peers/bin/python3}"
"$python" -c "import h5py" 2>/dev/null || { echo "h5py is missing: Scripts/peers.sh" >&2; exit 1; }
exec "$python" -B Tests/VM/host.py .build/debug/fluxgate .build-vm "${VM_SECONDS:-180}" "$@"
