"""Real processes on one clock that can be moved, and something that kills them.

Every program runs with a small library that adds an offset to the wall clock, read from one file:
moving the clock moves it for all, also for those that run already. The monotonic clock is left alone.
"""
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import threading
import time


class Failure(Exception):
    pass


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Clock:
    """Seconds that the programs' wall clock is ahead of the real one."""

    def __init__(self, folder):
        source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock.c")
        library = os.path.join(folder, "clock.so")
        subprocess.run(["gcc", "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
        self.path = os.path.join(folder, "clock")
        with open(self.path, "wb") as file:
            file.write(bytes(8))
        self.offset = 0
        self.environment = {"LD_PRELOAD": library, "STORY_CLOCK": self.path}

    def set(self, offset):
        """Takes effect at once in every process: the file is mapped, its 8 bytes are the offset."""
        with open(self.path, "r+b") as file:
            file.write(int(offset * 1_000_000_000).to_bytes(8, "little", signed=True))
        self.offset = offset

    def now(self):
        return time.time() + self.offset


class Program:
    """A process of the story. One that serves is started again after a kill."""

    def __init__(self, world, name, command, environment, serves):
        self.world, self.name, self.command = world, name, command
        self.environment, self.serves = environment, serves
        self.killed = False
        self.log = open(os.path.join(world.folder, f"{name}.out"), "ab")
        self.process = None
        self.start()

    def start(self):
        self.killed = False
        self.process = subprocess.Popen(
            self.command, env=self.environment, cwd=self.world.folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if not self.serves else self.log,
            stderr=subprocess.STDOUT if self.serves else subprocess.PIPE)

    def kill(self):
        if self.process.poll() is None:
            self.killed = True
            self.process.kill()

    def stop(self, sign=signal.SIGTERM):
        if self.process.poll() is None:
            self.process.send_signal(sign)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise Failure(f"{self.name} did not end after signal {sign}")


class World:
    """The folder, the clock, the servers and, with a seed, the kills."""

    def __init__(self, folder, program, seed=None):
        self.folder, self.program = folder, program
        self.clock = Clock(folder)
        self.servers = {}
        self.running = []
        self.lock = threading.Lock()
        self.kills = {}
        self.chance = random.Random(seed) if seed is not None else None
        self.isEnding = False
        # Some stretches compare instants and must not be disturbed.
        self.calm = threading.Event()
        self.calm.set()
        if self.chance:
            threading.Thread(target=self.reap, daemon=True).start()

    # Kills

    def reap(self):
        """Kills one process at a time, at random, and starts servers again."""
        while not self.isEnding:
            time.sleep(self.chance.choice((0.05, 0.1, 0.2, 0.5, 1.0, 1.6)))
            if self.calm.is_set():
                continue
            with self.lock:
                alive = [p for p in [*self.servers.values(), *self.running]
                         if p.process.poll() is None]
                if not alive:
                    continue
                victim = self.chance.choice(alive)
                victim.kill()
                self.kills[victim.name] = self.kills.get(victim.name, 0) + 1
                if victim.serves:
                    victim.process.wait()
                    victim.start()

    def disturbed(self, isDisturbed):
        if isDisturbed:
            self.calm.clear()
        else:
            self.calm.set()
            time.sleep(0.1)

    # Processes

    def environment(self, home, passphrase=None):
        environment = {"PATH": os.environ["PATH"], "HOME": self.folder, "LANG": "C.UTF-8",
                       "FLUXGATE_HOME": os.path.join(self.folder, home),
                       **self.clock.environment}
        if passphrase:
            environment["FLUXGATE_PASSPHRASE_FILE"] = os.path.join(self.folder, passphrase)
        return environment

    def serve(self, name, command, home, port=None, passphrase=None):
        program = Program(self, name, command, self.environment(home, passphrase), True)
        with self.lock:
            self.servers[name] = program
        if port:
            self.wait_for(port, name)
        return program

    def wait_for(self, port, name):
        for _ in range(200):
            with socket.socket() as probe:
                probe.settimeout(0.5)
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise Failure(f"{name} does not answer: see {name}.out")

    def run(self, *arguments, home="patient", passphrase=None, expect=(0,), tries=1, before=None):
        """Runs `fluxgate`, and again when it was killed or a server was; gives JSON or text.

        An exit code that is not expected is a failure, at the latest after so many tries. `before`
        is a folder that an earlier try may have left behind.
        """
        last = None
        for attempt in range(30 if self.chance else tries):
            if before:
                shutil.rmtree(before, ignore_errors=True)
            with self.lock:
                program = Program(
                    self, arguments[0], [self.program, *map(str, arguments)],
                    self.environment(home, passphrase), False)
                self.running.append(program)
            try:
                out, err = program.process.communicate(timeout=180)
            finally:
                with self.lock:
                    self.running.remove(program)
                program.log.close()
            code = program.process.returncode
            last = f"{' '.join(map(str, arguments))}: {code}\n{out.decode()}{err.decode()}"
            if code in expect:
                text = out.decode()
                return code, json.loads(text) if "--json" in arguments and text.strip() else text
            if not self.chance and attempt + 1 >= tries:
                break
            time.sleep(0.4)
        raise Failure(last)

    def end(self):
        self.isEnding = True
        with self.lock:
            for program in [*self.servers.values(), *self.running]:
                if program.process.poll() is None:
                    program.process.terminate()
            for program in self.servers.values():
                try:
                    program.process.wait(10)
                except subprocess.TimeoutExpired:
                    program.process.kill()
                    program.process.wait()
