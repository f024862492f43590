#!/usr/bin/env python3
"""The patient's story, on real processes: gateway, witness, authority, vault, patient and two readers.

    story.py FLUXGATE [--kill SEED] [--keep FOLDER] [--go VERIFIER]

Without --kill the clock is moved and nothing is killed. With a seed, processes are killed at random
all the way, except where instants are compared. Ends with 0 when every step held.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

import steps
from world import Failure, World


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--kill", type=int)
    parser.add_argument("--keep")
    parser.add_argument("--go")
    asked = parser.parse_args()
    folder = asked.keep or tempfile.mkdtemp(prefix="fluxgate-story-")
    os.makedirs(folder, exist_ok=True)
    world = World(folder, os.path.abspath(asked.program), asked.kill)
    started = time.monotonic()
    story = steps.Story(world, asked.go)
    try:
        story.tell()
        print(f"The story held, in {time.monotonic() - started:.0f} s.", flush=True)
        if world.chance:
            print(f"Killed on the way: {world.kills}", flush=True)
        return 0
    except Failure as failure:
        print(f"\nTHE STORY BROKE: {failure}", file=sys.stderr, flush=True)
        for name in sorted(os.listdir(folder)):
            if name.endswith(".out"):
                print(f"--- {name}", file=sys.stderr)
                with open(os.path.join(folder, name), errors="replace") as file:
                    print("".join(file.readlines()[-15:]), file=sys.stderr)
        return 1
    finally:
        world.end()
        story.foreign.end()
        if not asked.keep:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
