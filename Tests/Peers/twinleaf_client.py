"""Reads a magnetometer with the maker's own client and prints what it sees, a word and values a line.

Needs the `twinleaf` package from PyPI (0.1.3 was tried; 0.1.1 opens no pseudo-terminal).
Usage: twinleaf_client.py URL COUNT [ROUTE]
"""

import sys

import twinleaf

url, count = sys.argv[1], int(sys.argv[2])
route = sys.argv[3] if len(sys.argv) > 3 else None
device = twinleaf.Device(url, route=route, instantiate=False)
print("name", device._rpc("dev.name", b"").decode())
metadata = device._get_metadata()
print("serial", metadata["device"]["serial_number"])
for name, stream in metadata["streams"].items():
    print("stream", name, *stream["columns"])
for sample in device._samples(count, stream="field", columns=[]):
    values = [value for key, value in sample.items() if key.startswith("field.")]
    print("row", repr(sample["time"]), *(repr(value) for value in values))
