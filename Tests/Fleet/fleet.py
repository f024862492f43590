#!/usr/bin/env python3
"""Many virtual devices of all kinds recorded at once, by real processes: nothing may be lost.

usage: fleet.py PROGRAM DEVICES SECONDS [COUNTER.so]

PROGRAM is `fluxgate`. With COUNTER (made from count_calls.c), the recording process also tells what its
acquisition threads asked of the allocator and of locks in the middle of the run. Status 0: every stream
of every device recorded without a loss, the recording verifies, and no acquisition thread asked for
anything.
"""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

# Kind, profile, what is asked for beside it, and the rows a second of its fastest stream (0: those
# that it has kept).
KINDS = [
    ("helmet", "fieldtrip-buffer", ["--channels", "32"], 1000),
    ("heart", "twinleaf-tio", [], 1000),
    ("cyton", "openbci-cyton", [], 250),
    ("cyton-daisy", "openbci-cyton-daisy", [], 125),
    ("ads-board", "ads1299-board", [], 250),
    ("freeeeg32", "freeeeg32", [], 512),
    ("total-field", "quspin-qtfm2", [], 200),
    ("glucose", "dexcom-g4", [], 0),
]


class Fleet:
    def __init__(self, program, count, seconds, counter):
        self.program, self.seconds, self.counter = program, seconds, counter
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fluxgate-fleet-"))
        self.environment = {**os.environ, "FLUXGATE_HOME": str(self.folder / "home")}
        self.kinds = [KINDS[place % len(KINDS)] for place in range(count)]
        self.devices = []

    def run(self):
        try:
            self.keys()
            links = [self.start(place, kind) for place, kind in enumerate(self.kinds)]
            report = self.record(links)
            return self.judge(report)
        finally:
            for device in self.devices:
                device.send_signal(signal.SIGTERM)
            for device in self.devices:
                device.wait(timeout=30)
            shutil.rmtree(self.folder, ignore_errors=True)

    def call(self, *arguments):
        subprocess.run([self.program, *arguments], check=True, stdout=subprocess.DEVNULL,
                       env=self.environment, cwd=self.folder, timeout=60)

    def keys(self):
        self.call("keys", "gateway", "--no-passphrase")
        self.call("keys", "new", "--label", "fleet", "--out", "patient.secret", "--no-passphrase")
        self.call("keys", "pair", "--secret", "patient.secret", "--gateway",
                  str(self.folder / "home" / "gateway.pub"))

    def start(self, place, kind):
        name, profile, more, _ = kind
        line = str(self.folder / f"line-{place}")
        where = ["--port", "0"] if name == "helmet" else ["--link", line]
        out = open(self.folder / f"device-{place}.txt", "w+")
        self.devices.append(subprocess.Popen(
            [self.program, "simulate", name, "--seed", str(place + 1), *where, *more],
            stdout=out, env=self.environment))
        for _ in range(400):
            out.seek(0)
            words = out.read()
            if "is at " in words:
                return f"d{place}={profile}@{words.split('is at ')[1].split()[0]}"
            time.sleep(0.05)
        raise SystemExit(f"{name} {place} did not start: {words}")

    def record(self, links):
        environment = dict(self.environment)
        if self.counter:
            middle = 5 + self.seconds / 2
            environment["LD_PRELOAD"] = self.counter
            environment["FLUXGATE_COUNT"] = f"{middle} {middle + 5} {self.folder}/calls"
        command = [self.program, "record", "--for", "patient.pub", "--pairing",
                   "patient.pairing", "--out", "recording", "--seconds", str(self.seconds), "--json"]
        for link in links:
            command += ["--device", link]
        done = subprocess.run(command, capture_output=True, text=True, env=environment,
                              cwd=self.folder, timeout=self.seconds + 300)
        if done.returncode not in (0, 3):
            raise SystemExit(f"record ended with {done.returncode}: {done.stderr[-2000:]}")
        return json.loads(done.stdout)

    def judge(self, report):
        self.call("verify", "recording", "--gateway", str(self.folder / "home" / "gateway.pub"))
        wrong = [f"{s['device']}.{s['stream']}: lost {s['lost']} {s['lostByCause']}"
                 for s in report["streams"] if s["lost"]]
        for place, kind in enumerate(self.kinds):
            own = [s for s in report["streams"] if s["device"] == f"d{place}"]
            rows = max((s["stored"] for s in own), default=0)
            if rows < kind[3] * self.seconds * 0.95 or rows == 0:
                wrong.append(f"d{place} ({kind[0]}): {rows} rows in {self.seconds} s")
        wrong += self.asked()
        total = sum(s["stored"] for s in report["streams"])
        print(f"{len(self.kinds)} devices, {len(report['streams'])} streams, {self.seconds:g} s: "
              f"{total} rows stored, {sum(s['lost'] for s in report['streams'])} lost")
        for line in wrong:
            print("  " + line)
        return 1 if wrong else 0

    def asked(self):
        """What acquisition threads asked for in five seconds of the steady state."""
        if not self.counter:
            return []
        found = []
        for line in (self.folder / "calls").read_text().splitlines():
            name, allocations, _, locks, waits = line.split("\t")
            if not (name[0] == "d" and name[1:].isdigit()):
                continue
            kind = self.kinds[int(name[1:])][0]
            if int(allocations) or int(locks) or int(waits):
                found.append(f"{name} ({kind}): {allocations} allocations, {locks} locks, "
                             f"{waits} waits in five seconds")
        return found


if __name__ == "__main__":
    fleet = Fleet(os.path.abspath(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]),
                  os.path.abspath(sys.argv[4]) if len(sys.argv) > 4 else None)
    sys.exit(fleet.run())
