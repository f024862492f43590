"""Reads a Cyton, with or without a Daisy, with BrainFlow and prints its rows as counts.

Needs the `brainflow` package from PyPI (5.23 was tried). Usage: brainflow_cyton.py PORT CHANNELS COUNT
A line is: the package's number, then one count for each channel.
"""

import sys
import time

from brainflow.board_shim import BoardIds, BoardShim, BrainFlowInputParams

port, channels, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
board_id = BoardIds.CYTON_DAISY_BOARD if channels == 16 else BoardIds.CYTON_BOARD
BoardShim.disable_board_logger()
params = BrainFlowInputParams()
params.serial_port = port
board = BoardShim(board_id, params)
board.prepare_session()
board.start_stream()
deadline = time.monotonic() + 30
while board.get_board_data_count() < count and time.monotonic() < deadline:
    time.sleep(0.05)
data = board.get_board_data(count)
board.stop_stream()
board.release_session()
number = BoardShim.get_package_num_channel(board_id)
eeg = BoardShim.get_eeg_channels(board_id)
microvolts = 4.5 / (2**23 - 1) / 24 * 1e6
for column in range(data.shape[1]):
    counts = [round(data[row, column] / microvolts) for row in eeg]
    print("row", int(data[number, column]), *counts)
