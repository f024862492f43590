"""Vendor bulk and HID through usbfs and libusb."""
from report import need
from usb_plain import PlainDevice

BOX = (0x0547, 0x1005)
OUT, IN = 0x01, 0x82
START, STOP = [0xFF] + [0] * 63, [0] * 64


def plain():
    """How fast a program with one request at a time gets the box's bytes."""
    device = PlainDevice(*BOX)
    try:
        device.write(OUT, START)
        rate = device.bytes_a_second(IN, 2)
        device.write(OUT, STOP)
    finally:
        device.close()
    return f"{rate / 1e6:.2f} MB/s"


def session(bench, cable, seconds):
    """The box through a halted endpoint and a pulled cable, taken back by its serial number."""
    recording = bench.record("bulk", seconds, "brain=biosemi-activetwo@usb:SIM1005")
    recording.wait()
    recording.keep(cable, brain="brain-faults")
    begin = cable.when(True)
    gone = cable.when(False, begin)
    need(gone, f"the cable was not pulled: {cable.changes}")
    back = cable.when(True, gone)
    need(back, f"the cable was not put back: {cable.changes}")
    return f"{back - gone:.1f} s unplugged"
