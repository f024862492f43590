#!/bin/bash
# Runs Tests/VM/checks.py on a real Linux USB stack: one boot of a virtual machine that has Debian's
# kernel and this machine's root, with virtual devices on its USB bus. Needs a debug build.
#
# Status 77: this machine cannot run it, the reason was printed. VM_SECONDS: the boot's limit.
set -euo pipefail
cd "$(dirname "$0")/.."
place=.build-vm
limit="${VM_SECONDS:-240}"

for program in qemu-system-x86_64 busybox cpio depmod xz apt-get; do
  PATH="$PATH:/usr/sbin:/sbin" command -v "$program" >/dev/null && continue
  echo "$program is missing"
  exit 77
done
export PATH="$PATH:/usr/sbin:/sbin"
[ -x .build/debug/fluxgate ] || { echo "build first: swift build" >&2; exit 1; }
Tests/VM/prepare.sh

# A panic or a hang writes nothing over this.
exchange="$place/exchange"
rm -rf "$exchange"
mkdir -p "$exchange"
echo 255 >"$exchange/status"
python3 -B Tests/VM/keys.py .build/debug/fluxgate "$exchange"

share() { echo "-fsdev local,id=$1,path=$2,security_model=none,multidevs=remap$3 -device virtio-9p-pci,fsdev=$1,mount_tag=$1"; }
begin="$(date +%s)"
# shellcheck disable=SC2046
timeout "$limit" qemu-system-x86_64 -M q35,hpet=off -accel tcg,thread=multi -cpu max -smp 2 -m 1536 \
  -nographic -nodefaults -no-reboot -serial stdio \
  -kernel "$place/vmlinux" -initrd "$place/initramfs.cpio" \
  -append "console=ttyS0 panic=-1 mitigations=off tsc=reliable quiet" \
  $(share hostroot / ,readonly=on) $(share layer "$place/guest" ,readonly=on) \
  $(share exchange "$exchange" "") \
  </dev/null | tr -d '\r' || echo "the virtual machine was stopped after $limit s" >&2
echo "The virtual machine ran for $(($(date +%s) - begin)) s."
exit "$(cat "$exchange/status")"
