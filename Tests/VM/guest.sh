#!/bin/sh
# Inside the virtual machine: modules, udev, then the checks. Its status is the machine's.
project="$1"
version="$(uname -r)"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8
mkdir -p "/lib/modules/$version"
mount --bind "$project/.build-vm/kernel/lib/modules/$version" "/lib/modules/$version"
ip link set lo up
dmesg -n 1

# Before the first device: libusb and the names of /dev/serial/by-id depend on it.
/lib/systemd/systemd-udevd --daemon
for module in vhci-hcd cdc-acm ftdi_sio usbhid hid-generic usbmon; do modprobe "$module" || exit 1; done
mount -t debugfs debug /sys/kernel/debug

cd "$project" || exit 1
exec /usr/bin/python3 -B Tests/VM/checks.py .build/debug/fluxgate /run/exchange
