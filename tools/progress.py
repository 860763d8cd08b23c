"""What takes time is announced, on stderr, so that stdout stays for answers."""

import sys
import time
from collections.abc import Generator
from contextlib import contextmanager


def say(message: str) -> None:
    print(f"[ritsuko] {message}", file=sys.stderr, flush=True)


@contextmanager
def step(message: str) -> Generator[None]:
    """Announce a step, and afterwards how long it took if a person had to wait for it."""
    say(f"{message} ...")
    started = time.monotonic()
    yield
    took = time.monotonic() - started
    if took >= 2:
        say(f"{message}: done in {took:.0f} s")
