"""Reads a FieldTrip buffer with the FieldTrip project's own Python client.

usage: fieldtrip_client.py PORT SAMPLES OUT

Writes the first SAMPLES samples to OUT as they lie in memory, and prints the header and the events.
The client is the copy that mne-realtime carries (`pip install --no-deps mne-realtime numpy`); mne
itself is not needed. Exit status 77: the client is not installed.
"""

import importlib.util
import os
import sys


def load_client():
    package = importlib.util.find_spec("mne_realtime")
    if package is None or importlib.util.find_spec("numpy") is None:
        print("mne_realtime and numpy are not installed")
        sys.exit(77)
    place = os.path.join(package.submodule_search_locations[0], "externals", "FieldTrip.py")
    spec = importlib.util.spec_from_file_location("FieldTrip", place)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main(port, wanted, out):
    client = load_client().Client()
    client.connect("127.0.0.1", port)
    header = client.getHeader()
    print("header", header.nChannels, header.fSample, header.dataType, *header.labels)
    done = header.nSamples
    with open(out, "wb") as file:
        while done < wanted:
            samples, _ = client.wait(done, 0xFFFFFFFF, 1000)
            if samples > done:
                last = min(samples, wanted) - 1
                file.write(client.getData((done, last)).tobytes())
                done = last + 1
    samples, events = client.poll()
    for event in client.getEvents((0, events - 1)):
        value = event.value.decode() if isinstance(event.value, bytes) else event.value[0]
        print("event", event.sample, event.type.decode(), value)
    # Beyond the end: refused, not answered.
    print("beyond", client.getData((samples + 100_000, samples + 100_001)))
    client.disconnect()


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
