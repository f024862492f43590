"""A time-stamp authority for tests: `openssl ts` behind files or HTTP.

timestamp_authority.py FOLDER make [option=value ...]
    Makes a root (root.pem) and a signer in FOLDER. Options: use (extended key usage), key
    (newkey argument), digest (of the signature), seconds (of the signer's validity, from now,
    may be negative).
timestamp_authority.py FOLDER reply QUERY REPLY
timestamp_authority.py FOLDER serve [MANNER]
    Prints its port and answers POSTs until its standard input ends. Manners: honest (default),
    replay (the first reply for ever), silent, huge, broken.
"""

import datetime
import http.server
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

CONFIGURATION = """
[tsa]
default_tsa = own
[own]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/signer.pem
signer_key = {folder}/signer.key
signer_digest = {digest}
default_policy = 1.3.6.1.4.1.99999.1
digests = sha256, sha512
accuracy = secs:1, millisecs:500
ordering = yes
tsa_name = yes
ess_cert_id_chain = no
[ca]
default_ca = root
[root]
new_certs_dir = {folder}
database = {folder}/index
serial = {folder}/ca-serial
certificate = {folder}/root.pem
private_key = {folder}/root.key
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[signer]
basicConstraints = CA:FALSE
extendedKeyUsage = {use}
[issuer]
basicConstraints = critical, CA:TRUE
[req]
distinguished_name = names
[names]
"""


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


def make(folder, options):
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"use": "critical, timeStamping", "digest": "sha256", "folder": folder}
    settings.update({name: options[name] for name in ("use", "digest") if name in options})
    configuration = folder / "openssl.cnf"
    configuration.write_text(CONFIGURATION.format(**settings))
    (folder / "index").write_text("")
    (folder / "ca-serial").write_text("1000\n")
    (folder / "serial").write_text("1000\n")
    key = options.get("key", "ec:paramgen_curve:P-256").split(":", 1)
    newkey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    openssl("req", "-x509", *newkey, "-nodes", "-keyout", folder / "root.key", "-out",
            folder / "root.pem", "-days", "3650", "-subj", "/CN=test root", "-config",
            configuration, "-extensions", "issuer")
    if key[0] == "rsa":
        newkey = ["-newkey", ":".join(key)]
    openssl("req", "-new", *newkey, "-nodes", "-keyout", folder / "signer.key", "-out",
            folder / "signer.csr", "-subj", "/CN=test clock", "-config", configuration)
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now + datetime.timedelta(seconds=int(options.get("seconds", 86400 * 365)))
    stamp = lambda moment: moment.strftime("%Y%m%d%H%M%SZ")
    openssl("ca", "-batch", "-config", configuration, "-extensions", "signer", "-in",
            folder / "signer.csr", "-out", folder / "signer.pem", "-notext", "-startdate",
            stamp(min(now, end) - datetime.timedelta(days=1)), "-enddate", stamp(end))


def reply(folder, query, answer):
    openssl("ts", "-reply", "-config", folder / "openssl.cnf", "-queryfile", query, "-out", answer)


class Door(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()
    first = None

    def do_POST(self):
        query = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Content-Type"] != "application/timestamp-query":
            return self.answer(415, b"")
        if self.server.manner == "silent":
            time.sleep(600)
        if self.server.manner == "broken":
            return self.answer(500, b"no")
        if self.server.manner == "huge":
            return self.answer(200, bytes(4 << 20))
        with Door.lock, tempfile.TemporaryDirectory() as place:
            place = pathlib.Path(place)
            (place / "q").write_bytes(query)
            reply(self.server.folder, place / "q", place / "r")
            body = (place / "r").read_bytes()
        if self.server.manner == "replay":
            Door.first = Door.first or body
            body = Door.first
        self.answer(200, body)

    def answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def serve(folder, manner):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    server.folder, server.manner = folder, manner
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    place, command, rest = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    if command == "make":
        make(place, dict(one.split("=", 1) for one in rest))
    elif command == "reply":
        reply(place, rest[0], rest[1])
    else:
        serve(place, rest[0] if rest else "honest")
