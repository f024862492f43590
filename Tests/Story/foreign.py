"""Programs that are not ours: openssl as authority and verifier, Go, and the stranger's page."""
import os
import subprocess
import sys

from world import Failure, Program

HERE = os.path.dirname(os.path.abspath(__file__))


def call(*command, cwd=None, environment=None):
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout
