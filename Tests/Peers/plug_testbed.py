"""A computer whose devices come and go, for the program named on the command line.

Run under umockdev-wrapper with /usr/bin/python3. The program writes one order a line to the
descriptor FLUXGATE_PLUG_ORDERS and reads one byte from FLUXGATE_PLUG_ANSWERS when it has been done:

  add DESCRIPTION-FILE SYSFS-PATH     the device is there, and udev says so
  remove SYSFS-PATH                   it is gone, and udev says so
"""

import os
import subprocess
import sys

import gi

gi.require_version("UMockdev", "1.0")
from gi.repository import UMockdev  # noqa: E402


def obey(bed, words):
    if words[0] == "add":
        with open(words[1]) as file:
            bed.add_from_string(file.read())
        bed.uevent("/sys" + words[2], "add")
    else:
        bed.uevent("/sys" + words[1], "remove")
        bed.remove_device("/sys" + words[1])


def main():
    bed = UMockdev.Testbed.new()
    orders, from_child = os.pipe()
    to_read, answers = os.pipe()
    for end in (from_child, to_read):
        os.set_inheritable(end, True)
    names = {
        "FLUXGATE_PLUG_ORDERS": str(from_child),
        "FLUXGATE_PLUG_ANSWERS": str(to_read),
        # Set by the library where Python does not look.
        "UMOCKDEV_DIR": bed.get_root_dir(),
    }
    child = subprocess.Popen(sys.argv[1:], env={**os.environ, **names}, close_fds=False)
    os.close(from_child)
    os.close(to_read)
    with os.fdopen(orders) as lines:
        for line in lines:
            obey(bed, line.split())
            os.write(answers, b".")
    return child.wait()


sys.exit(main())
