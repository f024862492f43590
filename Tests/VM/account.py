"""Every recorded row against what its device made: stored + lost = sent, and what is stored is equal.

Needs h5py, which Scripts/peers.sh installs.
"""
import json
import os
import subprocess

import h5py
import numpy

from report import Report, need

# How a command ends that found samples named as lost.
WITH_LOSSES = 3
# Of DiscontinuityReason and of EventKind.
ESTIMATED, LINK = 10, 5
# Seconds by which an estimate may be wrong: the first bytes after a break may lie that long.
TOLERANCE = 0.5
# Nanoseconds; the machine inside takes its clock from whole seconds, a receiver counts such.
CLOCKS_APART = 3_000_000_000
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
            report.check(f"{session}: plug events",
                         lambda: plug_events(program, folder, place, what["plugs"]))
            report.check(f"{session}: stored + lost = sent",
                         lambda: compare(program, folder, place, devices))
    return report.failed


def call(program, folder, *arguments):
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "FLUXGATE_HOME": f"{folder}/gateway"})
    need(done.returncode in (0, WITH_LOSSES), f"{arguments[0]} ended with {done.returncode}: "
         f"{done.stdout[:600]} {done.stderr[:300]}")


def verify(program, folder, place):
    call(program, folder, "verify", f"{place}/recording", "--gateway",
         f"{folder}/gateway/gateway.pub")
    return "signatures, chain and every byte hold"


def opened(program, folder, place):
    """The recording in the clear, as an HDF5 file."""
    plain = f"{place}/plain.h5"
    if not os.path.exists(plain):
        call(program, folder, "export", f"{place}/recording", "--key", f"{folder}/patient.secret",
             "--hdf5", plain)
    return h5py.File(plain)


def plug_events(program, folder, place, plugs):
    """Each pulled and each plugged cable has its event, soon after the kernel saw it."""
    with opened(program, folder, place) as file:
        group = next(group for group in file.values() if name_of(group) == "session.markers")
        rows = group["data"][:]
    times = [row[0] / 1e9 for row in rows if row[3] == LINK]
    # The first one was before the recording.
    delays = [min((time - at for time in times if time > at - 0.5), default=None)
              for at, _ in plugs[1:]]
    need(delays and None not in delays, f"changes {plugs}, events at {times}")
    need(max(delays) < 10, f"seconds until the event: {delays}")
    return "seconds after the kernel: " + ", ".join(f"{delay:.2f}" for delay in delays)


def compare(program, folder, place, devices):
    words = []
    with opened(program, folder, place) as file:
        groups = {name_of(group): group for group in file.values()}
        for device, actor in devices.items():
            truth = f"{folder}/truth/{actor}"
            with open(next(f"{truth}/{name}" for name in os.listdir(truth)
                           if name.endswith(".json")), encoding="utf-8") as made:
                for stream in json.load(made):
                    group = find(groups, f"{device}.{stream['name']}")
                    words.append(f"{device}.{stream['name']} "
                                 + account(group, stream, f"{truth}/{stream['file']}"))
    return "; ".join(words)


def name_of(group):
    name = group.attrs["name"]
    return name.decode() if isinstance(name, bytes) else str(name)


def find(groups, name):
    need(name in groups, f"no stream {name} among {sorted(groups)}")
    return groups[name]


def account(group, stream, path):
    made = numpy.fromfile(path, TYPES[stream["type"]]).reshape(-1, stream["columns"])
    stored = group["data"][:]
    need(len(stored) > 0, "nothing is stored")
    set_reckoned_aside(group, stored, made)
    estimated = len(group["gaps"]) and (group["gaps"][:, 1] == ESTIMATED).any()
    if estimated or not counts(group, stored, made):
        return located(group, stored, made)
    numbers = sample_numbers(group, len(stored))
    need((numpy.diff(numbers) > 0).all(), "sample numbers do not ascend")
    need(numbers[-1] < len(made), f"row {numbers[-1]} was never made")
    equal = as_bytes(stored) == as_bytes(made[numbers].astype(stored.dtype))
    need(equal.all(), f"{(~equal).sum()} of {len(stored)} rows differ from what the device made")
    lost = int(group["gaps"][:, 2].sum()) if len(group["gaps"]) else 0
    sent = int(numbers[-1]) + 1
    need(len(stored) + lost == sent, f"{len(stored)} stored + {lost} lost, {sent} sent")
    silent = sum(1 for number in stream["withheld"] if number < sent)
    need(lost >= silent, f"{silent} rows were kept off the line, {lost} are named as lost")
    return f"{len(stored)} + {lost} = {sent}"


def set_reckoned_aside(group, stored, made):
    """The UTC of a row is not the device's: the gateway reckons it from its own clock, which differs
    from that of the machine outside by one amount. That is checked, then both are made equal."""
    names = [name.decode() if isinstance(name, bytes) else str(name)
             for name in group["data"].attrs.get("column_name", [])]
    if "utc_ns" not in names:
        return
    place = names.index("utc_ns")
    need(len(stored) <= len(made), f"{len(stored)} rows are stored, {len(made)} were made")
    apart = numpy.unique(stored[:, place] - made[:len(stored), place])
    need(len(apart) == 1 and abs(apart[0]) <= CLOCKS_APART, f"reckoned times differ by {apart[:9]}")
    stored[:, place] = made[:len(stored), place]


def as_bytes(rows):
    """One value a row, to compare rows whole."""
    return numpy.ascontiguousarray(rows).view(f"V{rows.itemsize * rows.shape[1]}").ravel()


def counts(group, stored, made):
    """Whether the device's rows carry its own numbers: then the first one stored is the one so named."""
    first = int(group["times"][0][2])
    place = made[first:first + 1].astype(stored.dtype)
    return len(place) == 1 and bool((as_bytes(place) == as_bytes(stored[:1])).all())


def located(group, stored, made):
    """Of a device that does not count: every unbroken run is found among what it made, in order, and
    what is named as lost before it is what is missing there, within the tolerance."""
    gaps = group["gaps"][:]
    breaks = sorted({0, *(int(row) for row in gaps[:, 0])} & set(range(len(stored))))
    tolerance = int(TOLERANCE * float(group.attrs["rate"]))
    mine, all_made = as_bytes(stored), as_bytes(made.astype(stored.dtype))
    end = first = None
    lost = missing = 0
    for begin, stop in zip(breaks, [*breaks[1:], len(stored)]):
        found = numpy.flatnonzero(all_made == mine[begin])
        found = found[found >= (end or 0)]
        need(len(found) > 0, f"row {begin} was never made")
        place = int(found[0])
        need((all_made[place:place + stop - begin] == mine[begin:stop]).all(),
             f"rows {begin} to {stop} are not what the device made from {place} on")
        here = int(gaps[gaps[:, 0] == begin][:, 2].sum())
        gone = 0 if end is None else place - end
        need(abs(here - gone) <= tolerance,
             f"before row {begin} {gone} are missing and {here} are named as lost")
        need(gone == 0 or here > 0, f"before row {begin} {gone} are missing and none is named")
        lost, missing = lost + here, missing + gone
        first, end = place if first is None else first, place + stop - begin
    need(abs(lost - missing) <= tolerance, f"{missing} are missing, {lost} are named as lost")
    return f"{len(stored)} stored, {lost} estimated as lost, {missing} truly missing"


def sample_numbers(group, count):
    """From the table of chunks (first row, rows, first sample, times); a gap inside a chunk moves the
    rows behind it on."""
    numbers = numpy.zeros(count, "i8")
    gaps = group["gaps"][:]
    for row, rows, first, _, _ in group["times"][:]:
        numbers[row:row + rows] = numpy.arange(first, first + rows)
        for at, _, missing, _ in gaps[(gaps[:, 0] > row) & (gaps[:, 0] < row + rows)]:
            numbers[at:row + rows] += missing
    return numbers
