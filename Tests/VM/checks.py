"""The checks, one after another, inside the virtual machine.

usage: checks.py PROGRAM EXCHANGE [PART ...], parts being serial and bulk, all without any

What is recorded is handed to the machine outside, which verifies it and compares it row by row with
what the devices made (account.py): it is many times faster.
"""
import sys

import bulk_checks
import serial_checks
from bench import Bench
from report import Report


def serial(bench, report):
    with bench.plugged("heart", "glucose"):
        report.check("serial names", lambda: serial_checks.names(bench))
        report.check("any rate", serial_checks.rates)
        report.check("modem lines", serial_checks.modem_lines)
        report.check("one program at a time", lambda: serial_checks.alone(bench))
        report.check("latency timer", serial_checks.latency)
    with bench.plugged("heart-faults", "glucose-faults") as cables:
        report.check("serial session", lambda: serial_checks.session(bench, cables[0], 16))


def bulk(bench, report):
    with bench.plugged("brain"):
        report.check("plain bulk read", bulk_checks.plain)
    with bench.plugged("brain-faults") as cables:
        report.check("bulk session", lambda: bulk_checks.session(bench, cables[0], 12))


PARTS = {"serial": serial, "bulk": bulk}


def main(program, exchange, *wanted):
    bench = Bench(program, exchange)
    report = Report(f"{exchange}/report")
    for part in wanted or PARTS:
        PARTS[part](bench, report)
    bench.hand_out()
    return 1 if report.failed else 0


sys.exit(main(*sys.argv[1:]))
