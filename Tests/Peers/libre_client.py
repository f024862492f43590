"""Reads a virtual FreeStyle Libre over TCP with the freestyle-hid package and prints its tables.

usage: libre_client.py PORT [KEY KEY KEY KEY]

Keys, for an encrypted reader: authorization encryption and MAC, session encryption and MAC, each in
hexadecimal digits.
"""
import socket
import sys
import types

keys = [int(text, 16) for text in sys.argv[2:]]
if keys:
    libre2 = types.SimpleNamespace(
        AUTHORIZATION_ENCRYPTION_KEY=keys[0],
        AUTHORIZATION_MAC_KEY=keys[1],
        SESSION_ENCRYPTION_KEY=keys[2],
        SESSION_MAC_KEY=keys[3],
    )
    sys.modules["freestyle_keys"] = types.SimpleNamespace(libre2=libre2)

import freestyle_hid  # noqa: E402
from freestyle_hid import _session  # noqa: E402


class Line:
    """Reports of 64 bytes over a socket, in place of a hidraw node."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def write(self, report):
        self.socket.sendall(report[1:])  # the first byte is the report's number

    def read(self, size=64):
        found = b""
        while len(found) < size:
            part = self.socket.recv(size - len(found))
            if not part:
                raise EOFError
            found += part
        return found


line = Line(int(sys.argv[1]))
_session.HidWrapper.open = staticmethod(lambda *_: line)
session = freestyle_hid.Session(None, None, 0x21, 0x60, encrypted=bool(keys))
session.connect()
print("serial", session.send_text_command(b"$sn?").strip())
for table in ("$history?", "$arresult?"):
    for record in session.query_multirecord(table.encode()):
        if record:
            print(table, *[field or "-" for field in record[:16]], sep="\t")
