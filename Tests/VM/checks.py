"""The checks, one after another, inside the virtual machine.

usage: checks.py PROGRAM EXCHANGE

What is recorded is handed to the machine outside, which verifies it and compares it row by row with
what the devices made (account.py): it is many times faster.
"""
import sys

import bulk_checks
import serial_checks
from bench import Bench
from report import Report


def main(program, exchange):
    bench = Bench(program, exchange)
    report = Report(f"{exchange}/report")
    cables = [bench.plug("heart"), bench.plug("glucose")]
    report.check("serial names", lambda: serial_checks.names(bench))
    report.check("any rate", serial_checks.rates)
    report.check("modem lines", serial_checks.modem_lines)
    report.check("one program at a time", lambda: serial_checks.alone(bench))
    report.check("latency timer", lambda: serial_checks.lumps(bench))
    for cable in cables:
        cable.pull()

    cables = [bench.plug("heart-faults"), bench.plug("glucose-faults")]
    report.check("serial session", lambda: serial_checks.session(bench, cables[0], 14))
    for cable in cables:
        cable.pull()

    cable = bench.plug("brain")
    report.check("plain bulk read", lambda: bulk_checks.plain(bench))
    cable.pull()
    cable = bench.plug("brain-faults")
    report.check("bulk session", lambda: bulk_checks.session(bench, cable, 10))
    bench.hand_out()
    return 1 if report.failed else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
