"""Bytes between QEMU's network and a port of this machine, without a wait for fuller segments.

usage: relay.py PORT, with QEMU's end as standard input and output
"""
import os
import select
import socket
import sys


def main(port):
    with socket.create_connection(("127.0.0.1", port)) as device:
        device.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while True:
            for ready in select.select([0, device], [], [])[0]:
                data = os.read(ready if ready == 0 else device.fileno(), 1 << 16)
                if not data:
                    return
                if ready == 0:
                    device.sendall(data)
                else:
                    send(data)


def send(data):
    while data:
        data = data[os.write(1, data):]


main(int(sys.argv[1]))
