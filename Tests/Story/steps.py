"""What happens, step by step, and what must hold after each."""
import os
import random
import signal
import subprocess
import time

from foreign import ROOT, Foreign
from world import Failure, Program, free_port

DAY = 86400
LABELS = {"patient": "study-017", "cardiologist": "cardiology-ward", "researcher": "glucose-study"}


def need(condition, words):
    if not condition:
        raise Failure(words)


class Story:
    def __init__(self, world, go):
        self.world = world
        self.foreign = Foreign(world, go)
        self.ports = {name: free_port() for name in ("witness", "vault", "helmet")}
        self.grants = {}
        self.recordings = []
        self.reads = 0
        # What readers were answered; the trail must have an entry for each.
        self.answers = []

    def path(self, *parts):
        return os.path.join(self.world.folder, *parts)

    def url(self, name):
        scheme = "https" if name == "vault" else "http"
        return f"{scheme}://127.0.0.1:{self.ports[name]}"

    def say(self, words):
        print(f"[{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(self.world.clock.now()))}] {words}",
              flush=True)

    def tell(self):
        self.make_keys()
        self.start_servers()
        self.grant_both()
        self.world.disturbed(True)
        self.record("first", seconds=12)
        self.both_read()
        self.look_from_outside("after the first readings")
        self.revoke_the_researcher()
        self.record("second", seconds=8)
        self.see_who_can_open("second", {"patient", "cardiologist"})
        self.reads_end_on_day_91()
        self.set_the_clock_back()
        self.lose_and_recover_the_key()
        self.erase()
        self.look_from_outside("at the end")
        self.search_for_secrets()

    # Keys

    def make_keys(self):
        self.say("Keys, locked under passphrases; the patient's root secret as shares, 2 of 3.")
        for name in LABELS:
            with open(self.path(f"{name}.pass"), "w") as file:
                file.write(f"a passphrase for {name} {random.getrandbits(64):x}\n")
            self.world.run("keys", "new", "--label", LABELS[name], "--out", f"{name}.secret",
                           "--passphrase-file", f"{name}.pass", "--work", "12", home=name)
        self.world.run("keys", "gateway", "--log-name", "gateway.example/log", "--no-passphrase",
                       home="gateway")
        self.world.run("keys", "pair", "--secret", "patient.secret", "--gateway",
                       "gateway/gateway.pub", "--passphrase-file", "patient.pass")
        self.world.run("keys", "split", "--secret", "patient.secret", "--share", "2of3", "--out",
                       "sheets", "--passphrase-file", "patient.pass")
        sheets = sorted(os.listdir(self.path("sheets")))
        need(len(sheets) == 3, f"three sheets, not {sheets}")
        self.fingerprints = {}
        for name in LABELS:
            _, shown = self.world.run("keys", "show", f"{name}.pub", "--json")
            self.fingerprints[name] = shown["fingerprint"]

    # Servers

    def start_servers(self):
        self.say("A witness, an authority for dates, and the patient's vault over TLS.")
        run, ports = self.world.run, self.ports
        self.foreign.make_certificates()
        authority = self.foreign.start_authority()
        run("witness", "new", "--home", self.path("witness"), "--name", "witness.example/w1",
            home="witness")
        os.makedirs(self.path("vault"))
        run("vault", "new", "--home", self.path("vaulthome"), "--name", "vault.example/log",
            home="vaulthome")
        self.witness_key = self.line("witness/witness.pub")
        self.vault_key = self.line("vaulthome/vault.pub")
        for key in (self.vault_key, self.line("gateway/gateway.pub", "log ")):
            run("witness", "trust", "--home", self.path("witness"), key, home="witness")
        for home in ("gateway", "vaulthome"):
            run("witness", "add", "--home", self.path(home), self.witness_key, self.url("witness"),
                home=home)
            run("ledger", "authority", authority, "authority/root.pem", "--home", self.path(home),
                home=home)
        self.world.serve("witness", [
            self.world.program, "witness", "serve", "--home", self.path("witness"), "--listen",
            f"127.0.0.1:{ports['witness']}"], "witness", ports["witness"])
        self.world.serve("vault", [
            self.world.program, "vault", "serve", "--vault", self.path("vault"), "--home",
            self.path("vaulthome"), "--patient", self.path("patient.pub"), "--listen",
            f"127.0.0.1:{ports['vault']}", "--tls-cert", self.path("vault.crt"), "--tls-key",
            self.path("vault.key")], "vaulthome", ports["vault"])

    def line(self, path, prefix=""):
        with open(self.path(path)) as file:
            for line in file:
                if line.startswith(prefix):
                    return line[len(prefix):].strip()
        raise Failure(f"no line {prefix!r} in {path}")

    # Consent

    def patient(self, *arguments, **options):
        """The patient's machine, with the vault and its certificate authority."""
        return self.world.run(*arguments, "--key", "patient.secret", "--passphrase-file",
                              "patient.pass", "--vault", self.url("vault"), "--ca", "ca.crt",
                              home="patient", **options)

    def grant(self, name, category, purpose, **more):
        options = [part for key, value in more.items() for part in (f"--{key}", value)]
        _, made = self.patient("consent", "grant", "--to", f"{name}.pub", "--category", category,
                               "--purpose", purpose, *options, "--json")
        self.grants[name] = made
        return made

    def grant_both(self):
        self.say("The cardiologist may read cardiac streams for 90 days, the researcher glucose.")
        self.grant("cardiologist", "cardiac", "TREAT", days="90")
        self.grant("researcher", "glucose", "HRESCH", days="365")

    def revoke_the_researcher(self):
        self.say("The patient revokes the researcher's grant.")
        self.patient("consent", "revoke", self.grants["researcher"]["id"], "--json")
        self.refused("researcher", "glucose", "HRESCH", "revoked")

    # Recording

    def record(self, name, seconds):
        """Records until a session is closed; a killed one is recovered and stays."""
        self.say(f"Recording {name}: helmet, heart and glucose, all at once.")
        devices = self.start_devices(name)
        try:
            for attempt in range(12):
                folder = f"recordings/{name}{'' if attempt == 0 else attempt}"
                os.makedirs(self.path("recordings"), exist_ok=True)
                if self.record_once(folder, seconds, isSpared=attempt >= 2):
                    self.recordings.append(folder)
                    return
                self.say("The gateway was killed; what it wrote is recovered.")
                if os.path.exists(self.path(folder, "recording")):
                    self.world.run("recover", folder, home="gateway", expect=(0, 3))
                    self.finish(folder, (0, 3))
                    self.recordings.append(folder)
                time.sleep(1)
            raise Failure("no recording was closed")
        finally:
            for device in devices:
                device.stop()

    def start_devices(self, name):
        run = [self.world.program, "simulate"]
        commands = {
            "helmet": run + ["helmet", "--port", str(self.ports["helmet"]), "--channels", "16"],
            "heart": run + ["heart", "--link", self.path("heart")],
            "glucose": run + ["glucose", "--link", self.path("glucose")],
        }
        devices = [Program(self.world, f"device-{key}", command,
                           self.world.environment("gateway"), True)
                   for key, command in commands.items()]
        self.world.wait_for(self.ports["helmet"], "helmet")
        time.sleep(0.5)
        return devices

    def finish(self, folder, verified):
        self.world.run("verify", folder, "--patient", "patient.pub", "--witness",
                       self.witness_key, home="gateway", expect=verified)
        self.world.run("push", folder, "--vault", "vault", "--patient", "patient.pub",
                       home="gateway")

    def record_once(self, folder, seconds, isSpared):
        with self.world.lock:
            program = Program(self.world, "record", [
                self.world.program, "record", "--for", "patient.pub", "--device",
                f"helmet=fieldtrip-buffer@127.0.0.1:{self.ports['helmet']}", "--device",
                f"heart=twinleaf-tio@{self.path('heart')}", "--device",
                f"glucose=dexcom-g4@{self.path('glucose')}", "--vault", "vault", "--seconds",
                str(seconds), "--out", folder, "--json", "--profiles",
                os.path.join(ROOT, "device-profiles")], self.world.environment("gateway"), False)
            if not isSpared:
                self.world.running.append(program)
        out, err = program.process.communicate(timeout=240)
        with self.world.lock:
            if not isSpared:
                self.world.running.remove(program)
        if program.killed:
            return False
        code = program.process.returncode
        need(code in (0, 3), f"record ended with {code}\n{out.decode()}{err.decode()}")
        self.finish(folder, (0, 3) if self.world.chance else (0,))
        return True

    def see_who_can_open(self, name, expected):
        _, info = self.world.run("info", self.recordings[-1], "--json", home="gateway")
        found = {recipient["fingerprint"] for recipient in info["recipients"]}
        wanted = {self.fingerprints[name] for name in expected}
        need(found == wanted, f"{name}: capsules for {found}, not for {wanted}")

    # Reading

    def read(self, name, category, purpose, expect, tries=1):
        """A reader asks the vault; the folder and the answer."""
        self.reads += 1
        out = f"{name}/read-{self.reads}"
        os.makedirs(self.path(name), exist_ok=True)
        code, answer = self.world.run(
            "read", "--vault", self.url("vault"), "--ca", "ca.crt", "--key", f"{name}.secret",
            "--passphrase-file", f"{name}.pass", "--patient", "patient.pub", "--category",
            category, "--purpose", purpose, "--out", out, "--json", home=name, expect=expect)
        return code, answer, out

    def permitted(self, name, category, purpose):
        _, answer, out = self.read(name, category, purpose, (0, 3))
        folders = [os.path.join(out, part) for part in sorted(os.listdir(self.path(out)))]
        need(folders, f"{name} was permitted and got nothing: {answer}")
        rows = 0
        for folder in folders:
            self.world.run("verify", folder, "--patient", "patient.pub", home=name, expect=(0, 3))
            _, opened = self.world.run("open", folder, "--key", f"{name}.secret",
                                       "--passphrase-file", f"{name}.pass", "--patient",
                                       "patient.pub", "--json", home=name, expect=(0, 3))
            full = [stream for stream in opened["streams"] if stream["rows"] > 0]
            device = {"cardiac": "heart", "glucose": "glucose"}[category]
            strange = [stream["name"] for stream in full if not stream["name"].startswith(device)]
            need(not strange, f"{name} opened {strange}")
            rows += sum(stream["rows"] for stream in full)
        need(rows > 0, f"{name} opened no rows")
        self.answers.append((name, "released"))

    def refused(self, name, category, purpose, why):
        _, answer, out = self.read(name, category, purpose, (2,))
        need(not os.path.exists(self.path(out)) or not os.listdir(self.path(out)),
             f"{name} was refused and has files")
        need(why in str(answer), f"{name} was refused for another reason than {why}: {answer}")
        self.answers.append((name, "refused"))

    def both_read(self):
        self.say("Each reads what was granted, and is refused the rest.")
        self.permitted("cardiologist", "cardiac", "TREAT")
        self.permitted("researcher", "glucose", "HRESCH")
        self.refused("cardiologist", "glucose", "TREAT", "category")
        self.refused("researcher", "cardiac", "HRESCH", "category")
        self.refused("cardiologist", "cardiac", "HRESCH", "purpose")

    # Time

    def reads_end_on_day_91(self):
        until = self.grants["cardiologist"]["grant"]["validUntil"]
        self.say("Day 91: the clock goes to just before the end of the cardiologist's grant.")
        self.world.disturbed(False)
        self.world.clock.set(until - 6 - time.time())
        self.permitted("cardiologist", "cardiac", "TREAT")
        while self.world.clock.now() < until + 3:
            self.read("cardiologist", "cardiac", "TREAT", (0, 2, 3))
        self.refused("cardiologist", "cardiac", "TREAT", "expired")
        entries = [entry for entry in self.trail()["entries"]
                   if entry["actor"] == self.fingerprints["cardiologist"]]
        released = [entry["at"] for entry in entries if entry["kind"] == "released"]
        refused = [entry["at"] for entry in entries if entry.get("reason") == "expired"]
        need(max(released) < until, f"a release at {max(released)}, the grant ended at {until}")
        need(refused and min(refused) >= until, f"refused as expired before {until}")
        self.say(f"Last release {until - max(released)} s before the end, first refusal "
                 f"{min(refused) - until} s after its instant.")
        self.world.disturbed(True)

    def set_the_clock_back(self):
        self.say("The clock is set back by 91 days, and the vault is started anew: still refused.")
        self.world.disturbed(False)
        self.world.clock.set(0)
        self.refused("cardiologist", "cardiac", "TREAT", "expired")
        server = self.world.servers["vault"]
        server.stop()
        server.start()
        self.world.wait_for(self.ports["vault"], "vault")
        self.refused("cardiologist", "cardiac", "TREAT", "expired")
        self.world.clock.set(91 * DAY + 60)
        self.world.disturbed(True)

    # Trail

    def trail(self):
        _, trail = self.world.run(
            "trail", "--key", "patient.secret", "--passphrase-file", "patient.pass", "--vault",
            self.url("vault"), "--ca", "ca.crt", "--ledger", self.vault_key, "--json",
            home="patient")
        return trail

    def look_from_outside(self, when):
        self.say(f"The trail, and programs that are not ours, {when}.")
        entries = self.trail()["entries"]
        kinds = [entry["kind"] for entry in entries]
        for kind in ("consent-granted", "released", "refused"):
            need(kind in kinds, f"the trail has no entry of kind {kind}: {kinds}")
        for name, kind in set(self.answers):
            told = [entry for entry in entries if entry["kind"] == kind
                    and entry["actor"] == self.fingerprints[name]]
            need(len(told) >= self.answers.count((name, kind)),
                 f"{name}: {self.answers.count((name, kind))} {kind}, {len(told)} on the trail")
        self.say(self.see_log("vaulthome/ledger", self.vault_key))
        self.say(self.see_log("gateway/log", self.line("gateway/gateway.pub", "log ")))
        stamps = self.foreign.check_stamps(
            [self.path(home, "stamps") for home in ("vaulthome", "gateway")])
        need(stamps > 0, "no checkpoint was stamped")
        self.say(f"openssl ts accepts {stamps} stamps.")
        if os.path.exists(self.path(self.recordings[-1], "salt")):
            self.foreign.check_one_segment(self.recordings[-1])
            self.say("The page for strangers holds, and finds a flipped byte.")

    def see_log(self, folder, key):
        """A witness that was killed when it was asked has cosigned once it is asked again."""
        for _ in range(10 if self.world.chance else 0):
            try:
                return self.foreign.check_log(self.path(folder), key, self.witness_key)
            except Failure:
                self.world.run("recover", self.recordings[-1], home="gateway", expect=(0, 3))
                time.sleep(1)
        return self.foreign.check_log(self.path(folder), key, self.witness_key)

    # Keys again

    def lose_and_recover_the_key(self):
        self.say("The patient loses the key, and makes it again from two of the three sheets.")
        os.remove(self.path("patient.secret"))
        sheets = sorted(os.listdir(self.path("sheets")))
        self.world.run("keys", "recover", *[f"sheets/{name}" for name in sheets[1:]], "--out",
                       "patient.secret", "--passphrase-file", "patient.pass", "--work", "12")
        _, shown = self.world.run("keys", "show", "patient.pub", "--json")
        need(shown["fingerprint"] == self.fingerprints["patient"], "another key came back")
        self.world.run("open", self.recordings[-1], "--key", "patient.secret",
                       "--passphrase-file", "patient.pass", expect=(0, 3))

    # The end

    def erase(self):
        self.say("The patient erases everything.")
        # A second try, after a kill, may find that the first has done it.
        self.patient("erase", "--person", "--json", expect=(0, 2) if self.world.chance else (0,))
        self.world.run("erase", "--apply", "--vault", "vault", "--patient", "patient.pub",
                       "--recordings", "recordings", home="gateway")
        for folder in self.recordings:
            self.world.run("open", folder, "--key", "patient.secret", "--passphrase-file",
                           "patient.pass", expect=(1, 2, 4))
            self.world.run("verify", folder, "--patient", "patient.pub", home="gateway",
                           expect=(0, 3))
            need(not os.listdir(self.path(folder, "capsules")), f"capsules are left in {folder}")
        for place in ("cap", "salt", "span"):
            left = [name for _, _, files in os.walk(self.path("vault", place)) for name in files]
            need(not left, f"the vault still has {place}: {left}")
        kinds = [entry["kind"] for entry in self.trail()["entries"]]
        need("erased" in kinds, f"the trail does not tell of the erasure: {kinds}")

    def search_for_secrets(self):
        """No label of a person, no passphrase where only sealed or signed bytes belong."""
        words = [LABELS["patient"].encode()]
        for name in LABELS:
            with open(self.path(f"{name}.pass"), "rb") as file:
                words.append(file.read().strip())
        for place in ("vault", "vaulthome", "witness", "recordings", "gateway"):
            for folder, _, files in os.walk(self.path(place)):
                for name in files:
                    with open(os.path.join(folder, name), "rb") as file:
                        content = file.read()
                    for word in words:
                        need(word not in content, f"{word!r} is in {folder}/{name}")
