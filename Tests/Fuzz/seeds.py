#!/usr/bin/env python3
"""Makes first inputs for the fuzzer out of captures of simulated devices.

usage: seeds.py CAPTURE.pcapng FOLDER

Each input is a row of pieces as `FuzzLine` reads them: a byte that tells the length, then the bytes.
One is the beginning of the capture as it came, one has pauses in it, one a break of the line.
"""
import pathlib
import struct
import sys

LONGEST = 6000
SERIAL, RAW_IP, USB = 250, 101, 220


def blocks(data):
    place = 0
    while place + 12 <= len(data):
        kind, size = struct.unpack_from("<II", data, place)
        yield kind, data[place + 8 : place + size - 4]
        place += size


def received(data):
    """What the device said, packet by packet."""
    link = None
    for kind, body in blocks(data):
        if kind == 1 and link is None:
            link = struct.unpack_from("<H", body)[0]
        elif kind == 6:
            count = struct.unpack_from("<I", body, 12)[0]
            said = payload(link, body[20 : 20 + count])
            if said:
                yield said


def payload(link, packet):
    if link == SERIAL:  # RTAC: 8 bytes of time, then the event; 4 is "from the device"
        return packet[12:] if packet[8] == 4 else b""
    if link == USB:
        return packet[64:] if packet[8] == ord("C") and packet[10] & 0x80 else b""
    header = (packet[0] & 15) * 4
    if packet[9] == 17:
        return packet[header + 8 :]
    source, target = struct.unpack_from(">HH", packet, header)
    offset = (packet[header + 12] >> 4) * 4
    return packet[header + offset :] if source < target else b""


def pieces(said):
    """Orders of FuzzLine: n < 0xE0 is n + 1 bytes, 0xE0... are steps of 512."""
    while said:
        if len(said) >= 512:
            steps = min(len(said) // 512, 15)
            yield bytes([0xDF + steps]) + said[: steps * 512]
            said = said[steps * 512 :]
        else:
            part = said[:224]
            yield bytes([len(part) - 1]) + part
            said = said[224:]


def main():
    source, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    row, size = [], 0
    for said in received(pathlib.Path(source).read_bytes()):
        for piece in pieces(said):
            if size + len(piece) <= LONGEST:
                row.append(piece)
                size += len(piece)
    middle = len(row) // 2
    paused = [part for piece in row for part in (piece, b"\xf0")]
    broken = row[:middle] + [b"\xff"] + row[middle:]
    for name, parts in (("plain", row), ("paused", paused[: 2 * middle]), ("broken", broken)):
        (folder / name).write_bytes(b"".join(parts))


if __name__ == "__main__":
    main()
