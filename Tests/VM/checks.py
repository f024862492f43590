"""The checks, one after another, inside the virtual machine.

usage: checks.py PROGRAM EXCHANGE

What is recorded is handed to the machine outside, which verifies it and compares it row by row with
what the devices made (account.py): it is many times faster.
"""
import sys

import serial_checks
from bench import Bench, Report


def main(program, exchange):
    bench = Bench(program, exchange)
    report = Report(f"{exchange}/report")
    heart = bench.simulate("heart")
    glucose = bench.simulate("glucose")
    report.check("serial names", lambda: serial_checks.names(bench))
    report.check("any rate", serial_checks.rates)
    report.check("modem lines", serial_checks.modem_lines)
    report.check("one program at a time", lambda: serial_checks.alone(bench))
    report.check("latency timer", lambda: serial_checks.lumps(bench))
    heart.stop()
    glucose.stop()

    heart = bench.simulate("heart", "--fault", "drop@2", "--fault", "corrupt@3", "--fault",
                           "unplug:2@5")
    glucose = bench.simulate("glucose", "--fault", "unplug:2@5")
    report.check("serial session", lambda: serial_checks.session(bench, heart, glucose, 14))
    bench.hand_out()
    return 1 if report.failed else 0


sys.exit(main(sys.argv[1], sys.argv[2]))
