"""Checks and their report, inside and outside."""
import time
import traceback


class Failure(Exception):
    pass


def need(condition, words):
    if not condition:
        raise Failure(words)


def wait_for(question, words, seconds=30):
    """Asks until the answer is true, at most so long; gives the answer."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = question()
        if answer:
            return answer
        time.sleep(0.02)
    raise Failure(f"{words}: not within {seconds} s")


class Report:
    """One line a check, on the screen and in a file that both machines write."""

    def __init__(self, path):
        self.path = path
        self.failed = 0

    def check(self, name, body):
        begin = time.monotonic()
        try:
            mark, words = "ok  ", body() or ""
        except Exception as error:  # A check that breaks is one that failed; the others go on.
            self.failed += 1
            mark, words = "FAIL", f"{type(error).__name__}: {error}"
            if not isinstance(error, Failure):
                traceback.print_exc()
        line = f"{mark} {name}: {words} ({time.monotonic() - begin:.1f} s)"
        print(line, flush=True)
        with open(self.path, "a", encoding="utf-8") as file:
            file.write(line + "\n")
