"""The machine outside: virtual devices, one boot, then what was recorded is verified and compared.

usage: host.py PROGRAM FOLDER SECONDS [COMMAND]
"""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import account
import cast

HERE = os.path.dirname(os.path.abspath(__file__))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_keys(program, folder):
    """Outside, where it is faster."""
    environment = {**os.environ, "FLUXGATE_HOME": f"{folder}/gateway"}
    for command in (
        ["new", "--label", "bench", "--out", f"{folder}/patient.secret", "--no-passphrase"],
        ["gateway", "--log-name", "bench.example/log", "--no-passphrase"],
        ["pair", "--secret", f"{folder}/patient.secret", "--gateway",
         f"{folder}/gateway/gateway.pub"],
    ):
        subprocess.run([program, "keys", *command], check=True, env=environment,
                       stdout=subprocess.DEVNULL)


def start_devices(program, folder):
    """Gives the processes and QEMU's way from a port inside to each."""
    processes, ways = [], []
    for name, command in cast.CAST.items():
        port = free_port()
        with open(f"{folder}/{name}.log", "w", encoding="utf-8") as log:
            processes.append(subprocess.Popen(
                [program, "simulate", *command, "--usbip", str(port), "--truth",
                 f"{folder}/truth/{name}", "--json"], stdout=log, stderr=log))
        # One relay a connection: a device that is plugged in again is a new one.
        ways.append(f"guestfwd=tcp:{cast.ADDRESS}:{cast.port(name)}"
                    f"-cmd:{sys.executable} -B {HERE}/relay.py {port}")
    return processes, ways


def share(tag, path, options=""):
    return ["-fsdev", f"local,id={tag},path={path},security_model=none,multidevs=remap{options}",
            "-device", f"virtio-9p-pci,fsdev={tag},mount_tag={tag}"]


def boot(place, folder, ways, seconds):
    """Runs the virtual machine to its end."""
    command = [
        "qemu-system-x86_64", "-M", "q35,hpet=off", "-accel", "tcg,thread=multi", "-cpu", "max",
        "-smp", "2", "-m", "1536", "-nographic", "-nodefaults", "-no-reboot", "-serial", "stdio",
        "-kernel", f"{place}/vmlinux", "-initrd", f"{place}/initramfs.cpio",
        "-append", "console=ttyS0 panic=-1 mitigations=off tsc=reliable quiet",
        "-netdev", ",".join(["user,id=net,restrict=on", *ways]),
        "-device", "virtio-net-pci,netdev=net,romfile=",
        *share("hostroot", "/", ",readonly=on"), *share("layer", f"{place}/guest", ",readonly=on"),
        *share("exchange", folder)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL) as machine:
        try:
            machine.wait(seconds)
        except subprocess.TimeoutExpired:
            print(f"The virtual machine was stopped after {seconds} s.")
            machine.terminate()


def main(program, place, seconds, command=None):
    folder = f"{place}/exchange"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(f"{folder}/truth")
    make_keys(program, folder)
    # A panic or a hang writes nothing over this.
    with open(f"{folder}/status", "w", encoding="utf-8") as file:
        file.write("255\n")
    if command:
        with open(f"{folder}/run", "w", encoding="utf-8") as file:
            file.write(command + "\n")
    begin = time.monotonic()
    processes, ways = start_devices(program, folder)
    try:
        boot(place, folder, ways, seconds)
    finally:
        for process in processes:
            process.send_signal(signal.SIGINT)
        for process in processes:
            process.wait(30)
    print(f"The virtual machine ran for {time.monotonic() - begin:.0f} s.")
    with open(f"{folder}/status", encoding="utf-8") as file:
        status = int(file.read())
    if command:
        return status
    failed = account.run(program, folder)
    with open(f"{folder}/report", encoding="utf-8") as file:
        print("\n" + file.read(), end="")
    return status or failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2], float(sys.argv[3]), *sys.argv[4:]))
