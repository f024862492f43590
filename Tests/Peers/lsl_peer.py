"""Another implementation of the Lab Streaming Layer (liblsl) against Fluxgate.

offer COMMAND...             makes one outlet of every number type and of texts, runs the command
                             beside them until it ends, and ends with its status.
read NAME COUNT COMMAND...   runs the command, reads COUNT samples of the stream NAME that it
                             offers, and prints what it read as JSON.

Only for a network of its own: liblsl sends multicast on every interface it finds.
"""

import json
import subprocess
import sys
import time

import pylsl

RATE = 250
NUMBERS = ["float32", "double64", "int32", "int16", "int8", "int64"]


def outlet(kind, rate):
    info = pylsl.StreamInfo(kind, "EEG", 2, rate, kind, "source-" + kind)
    channels = info.desc().append_child("channels")
    for label in ("left", "right"):
        channel = channels.append_child("channel")
        channel.append_child_value("label", label)
        channel.append_child_value("unit", "microvolts")
        channel.append_child_value("type", "EEG")
    maker = info.desc().append_child("acquisition")
    maker.append_child_value("manufacturer", "Peer & Co")
    maker.append_child_value("model", "outlet")
    maker.append_child_value("serial_number", "P-1")
    return pylsl.StreamOutlet(info)


def offer(command):
    outlets = {kind: outlet(kind, RATE) for kind in NUMBERS}
    texts = outlet("string", pylsl.IRREGULAR_RATE)
    start = pylsl.local_clock()
    made = said = 0
    with subprocess.Popen(command) as process:
        while process.poll() is None:
            now = pylsl.local_clock() - start
            while made < now * RATE:
                stamp = start + made / RATE
                for peer in outlets.values():
                    value = made % 100
                    peer.push_sample([value, -value], stamp)
                made += 1
            while said < now * 10:
                texts.push_sample(["word %d" % said, "x" * 300])
                said += 1
            time.sleep(0.005)
        return process.returncode


def read(name, count, command):
    with subprocess.Popen(command) as process:
        try:
            found = pylsl.resolve_byprop("name", name, 1, 10)
            inlet = pylsl.StreamInlet(found[0])
            info = inlet.info()
            before = pylsl.local_clock()
            correction = inlet.time_correction(5)
            rows, stamps = [], []
            while len(rows) < count and pylsl.local_clock() - before < 20:
                some, times = inlet.pull_chunk(0.2)
                rows += some
                stamps += times
            lateness = pylsl.local_clock() - (stamps[-1] + correction)
            channel = info.desc().child("channels").child("channel")
            print(json.dumps({
                "label": channel.child_value("label"), "rate": info.nominal_srate(),
                "rows": rows[:count], "stamps": stamps[:count], "lateness": lateness,
            }))
        finally:
            process.terminate()


if sys.argv[1] == "offer":
    sys.exit(offer(sys.argv[2:]))
read(sys.argv[2], int(sys.argv[3]), sys.argv[4:])
