"""Other programs on key backups: the SLIP-0039 reference, age in Rust (pyrage) and age itself.

combine PASSPHRASE           mnemonics on standard input, the secret in hexadecimal out
split SECRET PASSPHRASE      mnemonics of any 2 of 3 in each of 2 groups, of which both are needed
rage-open FILE PASSPHRASE    the content
age-open FILE PASSPHRASE     the content
age-lock FILE PASSPHRASE     FILE.age
"""
import os
import pty
import sys


def combine(passphrase):
    from shamir_mnemonic import combine_mnemonics
    mnemonics = sys.stdin.read().strip().split("\n")
    print(combine_mnemonics(mnemonics, passphrase.encode()).hex())


def split(secret, passphrase):
    from shamir_mnemonic import generate_mnemonics
    groups = generate_mnemonics(
        2, [(2, 3), (2, 3)], bytes.fromhex(secret), passphrase.encode())
    for mnemonic in [mnemonic for group in groups for mnemonic in group[1:]]:
        print(mnemonic)


def rage_open(path, passphrase):
    import pyrage
    with open(path, "rb") as file:
        sys.stdout.buffer.write(pyrage.passphrase.decrypt(file.read(), passphrase))


def age(arguments, passphrase, answers):
    """age takes passphrases from a terminal only."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvp("age", ["age", *arguments])
    heard = b""
    try:
        while piece := os.read(terminal, 4096):
            heard += piece
            if answers and heard.rstrip(b" ").endswith(b":"):
                os.write(terminal, passphrase.encode() + b"\n")
                answers, heard = answers - 1, b""
    except OSError:
        pass  # The terminal's other end is closed when age ends.
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0:
        sys.exit(heard.decode(errors="replace"))


def age_open(path, passphrase):
    age(["--decrypt", "--output", path + ".plain", path], passphrase, 1)
    with open(path + ".plain", "rb") as file:
        sys.stdout.buffer.write(file.read())


def age_lock(path, passphrase):
    age(["--passphrase", "--output", path + ".age", path], passphrase, 2)


commands = {
    "combine": combine, "split": split, "rage-open": rage_open, "age-open": age_open,
    "age-lock": age_lock,
}
commands[sys.argv[1]](*sys.argv[2:])
