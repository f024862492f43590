"""A plain reader of a bulk endpoint: libusb from Python, one request after another."""
import ctypes
import ctypes.util
import time

from report import need

LIBRARY = ctypes.CDLL("libusb-1.0.so.0")
LIBRARY.libusb_open_device_with_vid_pid.restype = ctypes.c_void_p
TIMED_OUT = -7


class PlainDevice:
    def __init__(self, vendor, product):
        self.context = ctypes.c_void_p()
        need(LIBRARY.libusb_init(ctypes.byref(self.context)) == 0, "libusb does not start")
        found = LIBRARY.libusb_open_device_with_vid_pid(self.context, vendor, product)
        need(found, f"no device {vendor:04x}:{product:04x}")
        self.handle = ctypes.c_void_p(found)
        self.need(LIBRARY.libusb_claim_interface(self.handle, 0), "claim")

    @staticmethod
    def need(status, words):
        need(status == 0, f"libusb {words}: {status}")

    def transfer(self, endpoint, buffer, milliseconds=1000):
        count = ctypes.c_int()
        status = LIBRARY.libusb_bulk_transfer(
            self.handle, ctypes.c_ubyte(endpoint), buffer, len(buffer), ctypes.byref(count),
            milliseconds)
        if status != TIMED_OUT:
            self.need(status, f"transfer on {endpoint:#x}")
        return count.value

    def write(self, endpoint, data):
        self.transfer(endpoint, (ctypes.c_ubyte * len(data))(*data))

    def bytes_a_second(self, endpoint, seconds, request=1 << 16):
        buffer = (ctypes.c_ubyte * request)()
        # What had gathered is not of the rate.
        self.transfer(endpoint, buffer)
        begin, total = time.monotonic(), 0
        while time.monotonic() - begin < seconds:
            total += self.transfer(endpoint, buffer)
        return total / (time.monotonic() - begin)

    def close(self):
        LIBRARY.libusb_release_interface(self.handle, 0)
        LIBRARY.libusb_close(self.handle)
        LIBRARY.libusb_exit(self.context)
