"""Every recorded row against what its device made: stored + lost = sent, and what is stored is equal.

Needs h5py, which Scripts/peers.sh installs.
"""
import json
import os
import subprocess

import h5py
import numpy

from report import Report, need

TYPES = {"int16": "<i2", "int32": "<i4", "int64": "<i8", "float32": "<f4", "float64": "<f8"}


def run(program, folder):
    """Verifies and compares the sessions that the virtual machine left; gives the count of failures."""
    report = Report(f"{folder}/report")
    sessions = f"{folder}/sessions.json"
    if not os.path.exists(sessions):
        report.check("sessions", lambda: need(False, "the virtual machine left none"))
        return report.failed
    with open(sessions, encoding="utf-8") as file:
        for session, what in json.load(file).items():
            place, devices = f"{folder}/{session}", what["devices"]
            report.check(f"{session}: verify", lambda: verify(program, folder, place))
            report.check(f"{session}: stored + lost = sent",
                         lambda: compare(program, folder, place, devices))
    return report.failed


def call(program, folder, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "FLUXGATE_HOME": f"{folder}/gateway"})
    need(done.returncode == 0, f"{arguments[0]} ended with {done.returncode}: {done.stdout[-600:]}")


def verify(program, folder, place):
    call(program, folder, "verify", f"{place}/recording")
    return "signatures, chain and every byte hold"


def compare(program, folder, place, devices):
    plain = f"{place}/plain.h5"
    call(program, folder, "export", f"{place}/recording", "--key", f"{folder}/patient.secret",
         "--hdf5", plain)
    words = []
    with h5py.File(plain) as file:
        groups = {group.attrs["name"]: group for group in file.values()}
        for device, actor in devices.items():
            truth = f"{folder}/truth/{actor}"
            with open(next(f"{truth}/{name}" for name in os.listdir(truth)
                           if name.endswith(".json")), encoding="utf-8") as made:
                for stream in json.load(made):
                    group = find(groups, f"{device}.{stream['name']}")
                    words.append(f"{device}.{stream['name']} "
                                 + account(group, stream, f"{truth}/{stream['file']}"))
    return "; ".join(words)


def find(groups, name):
    need(name in groups, f"no stream {name} among {sorted(groups)}")
    return groups[name]


def account(group, stream, path):
    made = numpy.fromfile(path, TYPES[stream["type"]]).reshape(-1, stream["columns"])
    stored = group["data"][:]
    numbers = sample_numbers(group, len(stored))
    need(len(stored) > 0, "nothing is stored")
    need((numpy.diff(numbers) > 0).all(), "sample numbers do not ascend")
    need(numbers[-1] < len(made), f"row {numbers[-1]} was never made")
    equal = (stored.view(f"V{stored.itemsize * stored.shape[1]}")
             == made[numbers].astype(stored.dtype).view(f"V{stored.itemsize * stored.shape[1]}"))
    need(equal.all(), f"{(~equal).sum()} of {len(stored)} rows differ from what the device made")
    lost = int(group["gaps"][:, 2].sum()) if len(group["gaps"]) else 0
    sent = int(numbers[-1]) + 1
    need(len(stored) + lost == sent, f"{len(stored)} stored + {lost} lost, {sent} sent")
    silent = sum(1 for number in stream["withheld"] if number < sent)
    need(lost >= silent, f"{silent} rows were kept off the line, {lost} are named as lost")
    return f"{len(stored)} + {lost} = {sent}"


def sample_numbers(group, count):
    """From the table of chunks: first row, rows, first sample, first and last time."""
    numbers = numpy.zeros(count, "i8")
    for row, rows, first, _, _ in group["times"][:]:
        numbers[row:row + rows] = numpy.arange(first, first + rows)
    return numbers
