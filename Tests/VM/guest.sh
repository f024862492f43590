#!/bin/sh
# Inside the virtual machine: modules, udev, then the checks. Its status is the machine's.
project="$1"
version="$(uname -r)"
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp LANG=C.UTF-8 SYSTEMD_IGNORE_CHROOT=1
mkdir -p "/lib/modules/$version"
mount --bind "$project/.build-vm/kernel/lib/modules/$version" "/lib/modules/$version"
dmesg -n 1

# The way to the devices outside.
modprobe virtio_net || exit 1
busybox ip link set lo up
busybox ip link set eth0 up
busybox ip address add 10.0.2.15/24 dev eth0

# Before the first device: libusb and the names of /dev/serial/by-id depend on it.
/lib/systemd/systemd-udevd --daemon
for module in vhci-hcd cdc-acm ftdi_sio usbhid hid-generic usbmon; do modprobe "$module" || exit 1; done
mount -t debugfs debug /sys/kernel/debug

cd "$project" || exit 1
[ ! -f /run/exchange/run ] || exec /bin/sh /run/exchange/run
exec /usr/bin/python3 -B Tests/VM/checks.py .build/debug/fluxgate /run/exchange
