#!/bin/bash
# Fetches Debian's kernel and what the virtual machine needs besides the host's own root, and lays it
# out in .build-vm/. Installs nothing. Fetched once; later runs find it there.
#
# Status 1 when something cannot be had.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
place="$root/.build-vm"

fetch() {
  echo "Fetching Debian's kernel into .build-vm/ (70 MB, once)"
  rm -rf "$place"
  mkdir -p "$place/debs" "$place/kernel" "$place/guest"

  # The generic kernel; the cloud flavour has neither USB nor 9p.
  kernel="$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9][^ ]*\)$/\1/p' | head -1)"
  [ -n "$kernel" ] || { echo "apt knows no kernel package; run apt-get update" >&2; exit 1; }
  (cd "$place/debs" && apt-get -qq download "$kernel" udev usbip libwrap0 2>/dev/null)

  dpkg-deb -x "$place"/debs/linux-image-*.deb "$place/kernel"
  version="$(ls "$place/kernel/lib/modules")"
  depmod -b "$place/kernel" "$version"
  echo "$version" >"$place/version"

  # udevd and usbip over the host's root. The host's /lib and /bin are links into /usr: folders of
  # these names in an upper layer would hide all that is in it.
  for package in udev usbip libwrap0; do
    dpkg-deb --fsys-tarfile "$place"/debs/"$package"_*.deb |
      tar -x -C "$place/guest" --transform 's,^\./\(lib\|bin\|sbin\)/,./usr/\1/,' --exclude ./usr/share
  done
  for name in lib bin sbin; do rm -rf "${place:?}/guest/$name"; done

  # Unpacked, the kernel boots through PVH and need not unpack itself under emulation. Its place in
  # the image: Documentation/arch/x86/boot.rst, setup_sects, payload_offset and payload_length.
  python3 - "$place/kernel/boot/vmlinuz-$version" "$place/vmlinux.xz" <<'PYTHON'
import struct, sys
image = open(sys.argv[1], "rb").read()
start = (image[0x1F1] + 1) * 512 + struct.unpack_from("<I", image, 0x248)[0]
length = struct.unpack_from("<I", image, 0x24C)[0]
# The last four bytes are the unpacked size, which xz does not know.
open(sys.argv[2], "wb").write(image[start:start + length - 4])
PYTHON
  xz -dc "$place/vmlinux.xz" >"$place/vmlinux"

  rm -rf "$place/debs" "$place/vmlinux.xz"
}

# The first program and the modules that it needs to reach the host's root.
initramfs() {
  local tree="$place/initramfs" version
  version="$(cat "$place/version")"
  rm -rf "$tree"
  mkdir -p "$tree/modules" "$tree/bin"
  for module in virtio_pci 9pnet_virtio 9p overlay; do
    modprobe -d "$place/kernel" -S "$version" --show-depends "$module"
  done | sed -n 's/^insmod \([^ ]*\).*/\1/p' | awk '!seen[$0]++' | while read -r file; do
    cp "$file" "$tree/modules/"
    basename "$file"
  done >"$tree/modules/order"
  cp "$(command -v busybox)" "$tree/bin/busybox"
  install "$root/Tests/VM/init" "$tree/init"
  echo "$root" >"$tree/project"
  (cd "$tree" && find . | cpio --quiet -o -H newc) >"$place/initramfs.cpio"
  rm -rf "$tree"
}

recipe="$(sha256sum <"$0")"
if [ "$(cat "$place/made-from" 2>/dev/null)" != "$recipe" ]; then
  fetch
  echo "$recipe" >"$place/made-from"
fi
initramfs
