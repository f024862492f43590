"""What SciPy makes of the same samples, for StageChainSciPyTests.

Arguments: input (little-endian int32, interleaved rows), output (little-endian float64), channels,
rate, factor, line frequency or 0, band edges or 0 0. Row k of the output is the filtered signal at
input sample k * factor, for every k whose filter support the input covers to its right.
"""
import sys

import numpy as np
from scipy import signal


def chain(rows, rate, line, low, high):
    sections = []
    for k in range(1, 65):
        if line and line * k < 0.45 * rate:
            b, a = signal.iirnotch(line * k, 30, fs=rate)
            sections.append(np.concatenate([b, a]))
    if low:
        sections.extend(signal.butter(2, [low, high], "bandpass", fs=rate, output="sos"))
    return signal.sosfilt(np.array(sections), rows, axis=0) if sections else rows


def decimate(rows, factor):
    half = 0 if factor == 1 else -(-33 * factor // 4)
    if half == 0:
        return rows
    taps = signal.firwin(2 * half + 1, 0.8 / factor)
    pad = -half % factor
    padded = np.concatenate([np.zeros((pad, rows.shape[1])), rows])
    count = (len(rows) - half - 1) // factor + 1
    first = (half + pad) // factor
    return signal.upfirdn(taps, padded, 1, factor, axis=0)[first : first + count]


def main():
    source, target = sys.argv[1:3]
    channels, rate, factor, line, low, high = map(float, sys.argv[3:9])
    rows = np.fromfile(source, "<i4").reshape(-1, int(channels)).astype(float)
    level = 0 if low else rows[0]
    result = decimate(chain(rows - rows[0], rate, line, low, high), int(factor)) + level
    result.astype("<f8").tofile(target)


main()
