"""Reads a QuSpin sensor with the client of another laboratory and prints what it sees.

Needs the `QZFM` package (0.4.1 was tried), `numpy` and `pyserial`; its windows, tables and progress bars
are not used here, so those libraries are stood in for. Usage: qzfm_client.py LINE SECONDS
"""

import sys
from unittest import mock

for name in ("matplotlib", "matplotlib.pyplot", "pandas", "plotext", "tqdm", "yaml", "labjack"):
    sys.modules.setdefault(name, mock.MagicMock())

import numpy
import serial
from QZFM import QZFM

path, seconds = sys.argv[1], float(sys.argv[2])
sensor = QZFM(nbytes_status=300)
# `connect` looks through the machine's USB ports, among which a virtual line is not.
sensor.ser = serial.Serial(path, timeout=20, **sensor.serial_settings)
sensor.update_status()
for name, state in sensor.led.items():
    print("led", state, name)
for name, value in sensor.sensor_par.items():
    print("parameter", repr(float(value)), name)
times, field = sensor.read_data(seconds)
for value in numpy.atleast_1d(field):
    print("field", repr(float(value)))
sensor.disconnect()
