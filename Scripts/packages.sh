# Debian packages by purpose; sourced by the other scripts.

# To compile and link.
build_packages="libusb-1.0-0-dev libudev-dev libpcre2-dev libhdf5-dev libzstd-dev libssl-dev pkg-config"

# Independent programs that check what Fluxgate writes: the ring's model (spin, gcc), the ledger's
# proofs (Go's own packages), captures (tshark), files (h5dump), numbers (SciPy, h5py) and locked key
# files (age), network namespaces (iproute2), mocked buses (umockdev).
test_packages="age openssl spin gcc libc6-dev golang-go golang-golang-x-mod-dev hdf5-tools tshark iproute2 python3 python3-venv python3-gi gir1.2-umockdev-1.0 umockdev"

# To boot Debian's kernel under software emulation (Tests/VM).
vm_packages="qemu-system-x86 busybox-static cpio kmod xz-utils"
test_packages="$test_packages $vm_packages"
