"""What the checks are made of: devices on the machine's USB bus, and recordings of them."""
import contextlib
import json
import os
import pty
import re
import select
import subprocess
import threading
import time

import cast
from report import Failure, need, wait_for

USB = "/sys/bus/usb/devices"
TTY = "/dev/serial/by-id"
# How `record` ends when it named samples as lost.
WITH_LOSSES = 3
# Seconds from the monotonic clock to the recording's.
WALL_CLOCK = time.time() - time.monotonic()
# One attaches at a time, so that a new device on the bus is the one that was asked for.
ATTACHING = threading.Lock()


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


class Bench:
    """The program under test, the folder that the machine outside reads, and what runs."""

    def __init__(self, program, exchange):
        self.program, self.exchange = program, exchange
        self.place = "/tmp/bench"
        os.mkdir(self.place)
        # The gateway's home is written to; the exchange is slow.
        subprocess.run(["cp", "-r", f"{exchange}/gateway", f"{exchange}/patient.pub",
                        f"{exchange}/patient.pairing", self.place], check=True)
        os.environ["FLUXGATE_HOME"] = f"{self.place}/gateway"
        # The devices of each session that is compared outside, and who plays them.
        self.sessions = {}

    def command(self, *arguments):
        return [self.program, *arguments]

    def call(self, *arguments, statuses=(0,)):
        """Runs to the end; gives its JSON."""
        done = subprocess.run(self.command(*arguments, "--json"), capture_output=True, text=True,
                              timeout=120)
        need(done.returncode in statuses,
             f"{arguments[0]} ended with {done.returncode}: {done.stdout} {done.stderr}")
        return json.loads(done.stdout)

    @contextlib.contextmanager
    def plugged(self, *actors):
        """These devices on the bus, for as long as the block runs."""
        cables = [Cable(actor) for actor in actors]
        try:
            for cable in cables:
                wait_for(lambda cable=cable: cable.place, "a device on the bus")
            subprocess.run(["udevadm", "settle", "--timeout=5"], check=False)
            yield cables
        finally:
            for cable in cables:
                cable.pull()

    def record(self, session, seconds, *devices):
        return Recording(self, session, seconds, devices)

    def hand_out(self):
        """What the machine outside verifies and compares."""
        with open(f"{self.exchange}/sessions.json", "w", encoding="utf-8") as file:
            json.dump(self.sessions, file)
        for session in self.sessions:
            subprocess.run(["cp", "-r", f"{self.place}/{session}", self.exchange], check=True)


class Recording:
    """`fluxgate record` on a terminal, as a technician sees it."""

    def __init__(self, bench, session, seconds, devices):
        self.bench, self.session = bench, session
        self.folder = f"{bench.place}/{session}"
        os.makedirs(self.folder, exist_ok=True)
        named = [part for device in devices for part in ("--device", device)]
        master, slave = pty.openpty()
        self.process = subprocess.Popen(
            bench.command("record", "--for", f"{bench.place}/patient.pub", *named, "--out",
                          f"{self.folder}/recording", "--seconds", str(seconds)),
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
        os.close(slave)
        self.master, self.text = master, ""
        self.seen = []
        self.reader = threading.Thread(target=self.follow, daemon=True)
        self.reader.start()

    def follow(self):
        while True:
            try:
                data = os.read(self.master, 65536) if select.select([self.master], [], [], 1) else b""
            except OSError:
                return
            if not data:
                return
            text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", data.decode("utf-8", "replace"))
            self.text += text
            self.seen.append((time.monotonic(), text))

    def first(self, words, after=0):
        """When the screen said it first."""
        return next((at for at, text in self.seen if at >= after and words in text), None)

    def wait(self, seconds=180):
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            self.process.kill()
            raise Failure(f"record did not end: {self.text[-1500:]}") from error
        self.reader.join(5)
        need(status in (0, WITH_LOSSES), f"record ended with {status}: {self.text[-1500:]}")
        return self.text

    def keep(self, *cables, **actors):
        """Outside, the recording is compared with what these devices made, and its plug events with
        what the kernel did with these cables."""
        self.bench.sessions[self.session] = {
            "devices": actors,
            "plugs": sorted((at + WALL_CLOCK, there) for cable in cables
                            for at, there in cable.changes)}


def attached_ports():
    """Numbers of the controller's ports in use (state 006), as `usbip detach` wants them."""
    with open("/sys/devices/platform/vhci_hcd.0/status", encoding="utf-8") as table:
        fields = [line.split() for line in table]
    return [str(int(row[1])) for row in fields if len(row) > 2 and row[2] == "006"]


class Cable:
    """A device from outside on this machine's USB bus, through Debian's own `usbip`.

    When its cable is pulled it is attached again as soon as it can be had.
    """

    def __init__(self, actor):
        self.port = cast.port(actor)
        # When the kernel had it (True) and when it was gone (False).
        self.changes = []
        self.place = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.follow, daemon=True)
        self.thread.start()

    def follow(self):
        while not self.ending.is_set():
            if self.place is None:
                self.attach()
            elif not os.path.exists(self.place):
                self.place = None
                self.changes.append((time.monotonic(), False))
            self.ending.wait(0.02)

    def attach(self):
        with ATTACHING:
            before = set(os.listdir(USB))
            try:
                done = subprocess.run(["usbip", "--tcp-port", str(self.port), "attach", "-r",
                                       cast.ADDRESS, "-b", "1-1"], capture_output=True, timeout=5)
                if done.returncode != 0:
                    return
                fresh = wait_for(lambda: [name for name in os.listdir(USB) if name not in before
                                          and ":" not in name], "a new device", 6)
            except (Failure, subprocess.TimeoutExpired):
                # Not there, or gone again before the kernel had it.
                return
        self.place = f"{USB}/{fresh[0]}"
        self.changes.append((time.monotonic(), True))

    def pull(self):
        """Ends following and empties the bus, to leave it to others."""
        self.ending.set()
        self.thread.join(40)
        for port in attached_ports():
            subprocess.run(["usbip", "detach", "-p", port], capture_output=True)

    def when(self, there, after=0):
        return next((at for at, state in self.changes if state == there and at > after), None)
