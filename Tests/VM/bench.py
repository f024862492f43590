"""What the checks are made of: virtual devices on the machine's USB bus, recordings, a report."""
import json
import os
import pty
import re
import select
import signal
import subprocess
import threading
import time
import traceback

USB = "/sys/bus/usb/devices"
TTY = "/dev/serial/by-id"


class Failure(Exception):
    pass


def need(condition, words):
    if not condition:
        raise Failure(words)


def wait_for(question, words, seconds=20):
    """Asks until the answer is true, at most so long; gives the answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.005)
    raise Failure(f"{words}: not within {seconds} s")


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read().strip()


class Report:
    """One line a check; also kept in a file for the machine outside."""

    def __init__(self, path):
        self.file = open(path, "a", encoding="utf-8")
        self.failed = 0

    def check(self, name, body):
        begin = time.monotonic()
        try:
            mark, words = "ok  ", body() or ""
        except Exception as error:  # A check that breaks is one that failed; the others go on.
            self.failed += 1
            mark, words = "FAIL", f"{type(error).__name__}: {error}"
            if not isinstance(error, Failure):
                traceback.print_exc()
        line = f"{mark} {name}: {words} ({time.monotonic() - begin:.1f} s)"
        print(line, file=self.file, flush=True)
        print(line, flush=True)


class Bench:
    """The program under test, the folder that the machine outside reads, and what runs."""

    def __init__(self, program, exchange):
        self.program, self.exchange = program, exchange
        self.place = "/tmp/bench"
        os.mkdir(self.place)
        # The gateway's home is written to; the exchange is slow.
        subprocess.run(["cp", "-r", f"{exchange}/gateway", exchange + "/patient.pub",
                        exchange + "/patient.pairing", self.place], check=True)
        os.environ["FLUXGATE_HOME"] = f"{self.place}/gateway"
        self.sessions = []

    def command(self, *arguments):
        return [self.program, *arguments]

    def call(self, *arguments, statuses=(0,)):
        """Runs to the end; gives its JSON."""
        done = subprocess.run(self.command(*arguments, "--json"), capture_output=True, text=True,
                              timeout=120)
        need(done.returncode in statuses,
             f"{arguments[0]} ended with {done.returncode}: {done.stdout} {done.stderr}")
        return json.loads(done.stdout)

    def simulate(self, device, *options):
        return Simulator(self, device, options)

    def record(self, session, seconds, *devices):
        return Recording(self, session, seconds, devices)

    def hand_out(self):
        """What the machine outside verifies and compares."""
        with open(f"{self.exchange}/sessions.json", "w", encoding="utf-8") as file:
            json.dump(self.sessions, file)
        for session in self.sessions:
            subprocess.run(["cp", "-r", f"{self.place}/{session}", self.exchange], check=True)


class Simulator:
    """`fluxgate simulate DEVICE --vhci`, with all that it made in a folder at the end."""

    def __init__(self, bench, device, options):
        self.device = device
        self.truth = f"{bench.place}/truth-{device}"
        self.process = subprocess.Popen(
            bench.command("simulate", device, "--vhci", "--json", "--truth", self.truth, *options),
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        output, _ = self.process.communicate(timeout=60)
        need(self.process.returncode == 0, f"simulate {self.device}: {output}")
        return json.loads(output)


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
        need(status == 0, f"record ended with {status}: {self.text[-1500:]}")
        return self.text

    def keep(self, *simulators):
        """The recording is compared with what these devices made, outside."""
        for simulator in simulators:
            subprocess.run(["cp", "-r", simulator.truth + "/.", f"{self.folder}/truth"], check=True)
        self.bench.sessions.append(self.session)


class CableWatch:
    """When a USB device went and came, by its serial number or product text in sysfs."""

    def __init__(self, name, text):
        self.name, self.text = name, text
        self.changes = []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)
        self.thread.start()

    def is_there(self):
        for place in os.listdir(USB):
            try:
                if read(f"{USB}/{place}/{self.name}") == self.text:
                    return True
            except OSError:
                pass
        return False

    def watch(self):
        there = self.is_there()
        while not self.ending.wait(0.02):
            now = self.is_there()
            if now != there:
                there = now
                self.changes.append((time.monotonic(), there))

    def stop(self):
        self.ending.set()
        self.thread.join()

    def when(self, there):
        return next((at for at, is_there in self.changes if is_there == there), None)
