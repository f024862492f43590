"""Programs that are not ours: openssl as authority and verifier, Go, and the stranger's page."""
import os
import re
import shutil
import subprocess
import sys

from world import Failure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
AUTHORITY = os.path.join(ROOT, "Tests", "Peers", "timestamp_authority.py")
PAGE = os.path.join(ROOT, "Sources", "Fluxgate", "Fluxgate.docc", "CheckOneSegment.md")


def call(*command, cwd=None, environment=None):
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class Foreign:
    def __init__(self, world, go):
        self.world, self.go = world, go
        self.bundles = 0
        self.authority = None

    def path(self, *parts):
        return os.path.join(self.world.folder, *parts)

    # OpenSSL

    def make_certificates(self):
        """A certificate authority and the vault's certificate, for longer than the story's clock."""
        def openssl(*arguments):
            call("openssl", *arguments, cwd=self.world.folder)
        curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        openssl("req", "-x509", *curve, "-keyout", "ca.key", "-out", "ca.crt", "-days", "3650",
                "-subj", "/CN=story authority")
        openssl("req", "-new", *curve, "-keyout", "vault.key", "-out", "vault.csr", "-subj",
                "/CN=127.0.0.1")
        with open(self.path("vault.ext"), "w") as file:
            file.write("subjectAltName=IP:127.0.0.1\n")
        openssl("x509", "-req", "-in", "vault.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                "-CAcreateserial", "-days", "3650", "-extfile", "vault.ext", "-out", "vault.crt")

    def start_authority(self):
        """`openssl ts` behind HTTP, on the story's clock; gives its address."""
        folder = self.path("authority")
        call(sys.executable, AUTHORITY, folder, "make", "seconds=31536000")
        environment = {**os.environ, **self.world.clock.environment}
        # A pipe that stays open: the authority ends with it.
        self.authority = subprocess.Popen(
            [sys.executable, AUTHORITY, folder, "serve"], env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return f"http://127.0.0.1:{self.authority.stdout.readline().strip()}/"

    def end(self):
        if self.authority:
            self.authority.stdin.close()
            self.authority.wait(10)

    def check_stamps(self, shelves):
        """`openssl ts` verifies every stamp over the checkpoint's text that lies beside it."""
        count = 0
        for shelf in shelves:
            for name in sorted(os.listdir(shelf) if os.path.isdir(shelf) else []):
                if not name.endswith(".tsr"):
                    continue
                note = os.path.join(shelf, name[:-4] + ".checkpoint")
                text = self.path("stamped.text")
                with open(note, "rb") as source, open(text, "wb") as target:
                    target.write(source.read().split(b"\n\n")[0] + b"\n")
                roots = self.path("authority", "root.pem")
                out = call("openssl", "ts", "-verify", "-data", text, "-in",
                           os.path.join(shelf, name), "-CAfile", roots, "-untrusted", roots,
                           environment={**os.environ, **self.world.clock.environment})
                if "OK" not in out:
                    raise Failure(f"openssl ts does not accept {name}: {out}")
                count += 1
        return count

    # Go

    def check_log(self, folder, key, witness):
        """Go's tlog and note: the checkpoint's signature, a cosignature, every tile and entry."""
        if self.go is None:
            return "Go's check was left out: no verifier was given"
        return call(self.go, "-log", folder, "-vkey", key, "-witness", witness).strip()

    # The page for strangers

    def check_one_segment(self, recording):
        """Follows the page with its own text on a bundle, and sees a flipped byte fail."""
        self.bundles += 1
        bundle = self.path(f"bundle-{self.bundles}")
        self.world.run("ledger", "prove", recording, "--segment", "1", "--out", bundle,
                       "--patient", "patient.pub", home="gateway", before=bundle)
        with open(PAGE) as file:
            blocks = re.findall(r"```(python|sh)\n(.*?)```", file.read(), re.S)
        with open(os.path.join(bundle, "check.py"), "w") as file:
            file.write("".join(text for kind, text in blocks if kind == "python"))
        with open(os.path.join(bundle, "check.sh"), "w") as file:
            file.write("set -euo pipefail\n")
            file.write("".join(text for kind, text in blocks if kind == "sh"))
        environment = {**os.environ, **self.world.clock.environment}
        out = call("bash", "check.sh", cwd=bundle, environment=environment)
        if "segment.h5: OK" not in out or "cosigned by 1" not in out:
            raise Failure(f"the stranger's page says less than it should:\n{out}")
        self.flip(os.path.join(bundle, "segment.h5"))
        done = subprocess.run(["bash", "check.sh"], cwd=bundle, env=environment,
                              capture_output=True)
        shutil.rmtree(bundle)
        if done.returncode == 0:
            raise Failure("the stranger's page accepts a flipped byte")

    @staticmethod
    def flip(path):
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
