"""Reads a device of the older TIO dialect with the maker's pure-Python client, a row on each line.

Needs the `tio` and `pyserial` packages from PyPI (3.8.2 and 3.5 were tried). Usage: tio_client.py URL
COUNT. Prints the columns of each source, then the number and values of each sample.
"""

import sys
import tempfile
import types

# The client prints packets it cannot read with this package, which has no wheel; none may come here.
sys.modules["hexdump"] = types.SimpleNamespace(hexdump=lambda packet: print("bad", bytes(packet)))

import tio

url, count = sys.argv[1], int(sys.argv[2])
with tempfile.TemporaryDirectory() as folder:
    # What it learns of a device it keeps in the temporary folder: not beyond this run.
    tempfile.tempdir = folder
    session = tio.TIOSession(url, stateCache=False, connectingMessage=False)
    print("name", session.name)
    for name, source in session.protocol.columnsByName.items():
        print("source", name, source["stream_Fs"], *source["source_column_names"])
    seen = 0
    while seen < count:
        packet = session.pub_queue.get(timeout=10)
        row = session.protocol.stream_data(packet)
        if row:
            print("row", packet["sampleNumber"], *(repr(value) for value in row))
            seen += 1
