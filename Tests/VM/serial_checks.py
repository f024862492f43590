"""CDC-ACM and FTDI through the kernel's own drivers."""
import fcntl
import os
import statistics
import struct
import termios
import time

from bench import TTY, read
from report import need, wait_for

HEART = f"{TTY}/usb-Twinleaf_Simulated_sensor_SIM0042-if00-port0"
GLUCOSE = f"{TTY}/usb-DexCom_DexCom_Gen4_USB_Serial-if00"

TCGETS2, TCSETS2 = 0x802C542A, 0x402C542B
BOTHER, CBAUD = 0o010000, 0o010017
TIOCGSERIAL, TIOCSSERIAL, LOW_LATENCY = 0x541E, 0x541F, 1 << 13
NOBODY, DIALOUT = 65534, 20


def names(bench):
    lines_are_there()
    driver = {
        node: os.path.basename(os.path.realpath(f"/sys/class/tty/{node}/device/driver"))
        for node in (os.path.basename(os.path.realpath(path)) for path in (HEART, GLUCOSE))}
    need(sorted(driver.values()) == ["cdc_acm", "ftdi_sio"], f"drivers {driver}")
    found = {line["path"]: line["profiles"] for line in bench.call("scan")}
    need("twinleaf-tio" in found.get(HEART, []), f"scan gives {found}")
    need("dexcom-g4" in found.get(GLUCOSE, []), f"scan gives {found}")
    return "ftdi_sio and cdc_acm bound, by-id names there, scan names the profiles"


def lines_are_there():
    for path in (HEART, GLUCOSE):
        wait_for(lambda path=path: os.path.exists(path), path)


def rates():
    """A rate that no Bxxx constant names, set and read back."""
    for path in (HEART, GLUCOSE):
        line = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        try:
            form = "=4IB19B2I"
            fields = list(struct.unpack(form, fcntl.ioctl(line, TCGETS2, bytes(44))))
            fields[2] = fields[2] & ~CBAUD & ~(CBAUD << 16) | BOTHER
            fields[-1] = fields[-2] = 250_000
            fcntl.ioctl(line, TCSETS2, struct.pack(form, *fields))
            held = struct.unpack(form, fcntl.ioctl(line, TCGETS2, bytes(44)))[-1]
            need(held == 250_000, f"{path} holds {held}")
        finally:
            os.close(line)
    return "250000 bit/s held by both drivers"


def modem_lines():
    """CTS is wired to RTS, DSR and CD to DTR."""
    line = os.open(HEART, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        for sent, heard in ((termios.TIOCM_RTS, termios.TIOCM_CTS),
                            (termios.TIOCM_DTR, termios.TIOCM_DSR | termios.TIOCM_CD)):
            for call, wanted in ((termios.TIOCMBIC, 0), (termios.TIOCMBIS, heard)):
                fcntl.ioctl(line, call, struct.pack("I", sent))
                state, = struct.unpack("I", fcntl.ioctl(line, termios.TIOCMGET, bytes(4)))
                need(state & heard == wanted, f"lines read {state:#x} after {sent:#x}")
    finally:
        os.close(line)
    return "RTS and DTR heard as CTS, DSR and CD"


def alone(bench):
    """While one program has the line, others are refused: ours by the lock, all users by TIOCEXCL."""
    recording = bench.record("alone", 60, f"heart=twinleaf-tio@{HEART}")
    try:
        wait_for(lambda: "SAFE" in recording.text, "the recording's screen", 60)
        refused = bench.call("check", "--device", f"heart=twinleaf-tio@{HEART}", statuses=(5,))
        fault = refused[0].get("fault", {}).get("fault", {})
        need("busy" in fault.get("cause", ""), f"{refused}")
        child = os.fork()
        if child == 0:
            os._exit(errno_as_user())
        error = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        need(error == 16, f"a user of the group got error {error}, not EBUSY")
    finally:
        recording.process.send_signal(2)
        recording.process.wait(60)
    return "a second fluxgate and a user of the group are refused"


def errno_as_user():
    os.setgroups([])
    os.setgid(DIALOUT)
    os.setuid(NOBODY)
    try:
        os.open(HEART, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError as error:
        return error.errno
    return 0


def latency_file():
    node = os.path.basename(os.path.realpath(HEART))
    return f"/sys/bus/usb-serial/devices/{node}/latency_timer"


def latency():
    """What a session left the chip's timer at; then how many bytes come at once with each setting.

    The sizes are only told: under emulation a transfer may take longer than the timer. The lumps
    themselves are checked in the tests of the virtual chip.
    """
    need(read(latency_file()) == "1", f"latency_timer {read(latency_file())} after a session")
    as_at_first()
    sizes = {}
    for milliseconds in (16, 1):
        with open(latency_file(), "w", encoding="utf-8") as file:
            file.write(str(milliseconds))
        need(read(latency_file()) == str(milliseconds), "the kernel did not take it")
        sizes[milliseconds] = arrival_bytes()
    return (f"1 ms after a session; {sizes[16]:.0f} bytes at once at 16 ms, "
            f"{sizes[1]:.0f} at 1 ms")


def as_at_first():
    """Ends the low-latency mode, which would override the timer's file."""
    line = os.open(HEART, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
    try:
        setting = bytearray(fcntl.ioctl(line, TIOCGSERIAL, bytes(72)))
        flags, = struct.unpack_from("i", setting, 16)
        struct.pack_into("i", setting, 16, flags & ~LOW_LATENCY)
        fcntl.ioctl(line, TIOCSSERIAL, bytes(setting))
    finally:
        os.close(line)


def arrival_bytes():
    """Median size of reads; the sensor measures on since its first session."""
    line = os.open(HEART, os.O_RDWR | os.O_NOCTTY)
    try:
        fields = termios.tcgetattr(line)
        fields[0] = fields[1] = fields[3] = 0
        fields[6][termios.VMIN], fields[6][termios.VTIME] = 0, 10
        termios.tcsetattr(line, termios.TCSANOW, fields)
        end = time.monotonic() + 1.5
        sizes = []
        while time.monotonic() < end:
            sizes.append(len(os.read(line, 4096)))
        need(sum(sizes) > 5000, f"only {sum(sizes)} bytes came")
        return statistics.median(size for size in sizes if size)
    finally:
        os.close(line)


def session(bench, cable, seconds):
    """Both devices through a drop, a changed byte and a pulled cable."""
    lines_are_there()
    recording = bench.record("serial", seconds, f"heart=twinleaf-tio@{HEART}",
                             f"glucose=dexcom-g4@{GLUCOSE}")
    recording.wait()
    recording.keep(cable, heart="heart-faults", glucose="glucose-faults")
    begin = cable.when(True)
    gone = cable.when(False, begin)
    need(gone, f"the cable was not pulled: {cable.changes}")
    back = cable.when(True, gone)
    need(back, f"the cable was not put back: {cable.changes}")
    lost = recording.first("link lost", gone - 0.5)
    need(lost is not None, f"the screen never said that the link was lost: {recording.text[-2000:]}")
    need(lost - gone < 10, f"the loss was seen after {lost - gone:.1f} s")
    return f"pulled: seen after {lost - gone:.2f} s; {back - gone:.1f} s until the kernel had it back"
