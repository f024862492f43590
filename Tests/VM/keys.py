"""Keys of a gateway and of a patient, made outside the virtual machine, where it is faster.

usage: keys.py PROGRAM FOLDER
"""
import os
import subprocess
import sys


def main(program, folder):
    os.environ["FLUXGATE_HOME"] = os.path.join(folder, "gateway")
    for command in (
        ["new", "--label", "bench", "--out", f"{folder}/patient.secret", "--no-passphrase"],
        ["gateway", "--log-name", "bench.example/log", "--no-passphrase"],
        ["pair", "--secret", f"{folder}/patient.secret", "--gateway",
         f"{folder}/gateway/gateway.pub"],
    ):
        subprocess.run([program, "keys", *command], check=True, stdout=subprocess.DEVNULL)


main(sys.argv[1], sys.argv[2])
