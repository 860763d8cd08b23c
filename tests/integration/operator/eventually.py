"""Waiting for something to become true, with a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(ask: Callable[[], T], *, what: str, within: float = 30.0, every: float = 0.05) -> T:
    """Asks again and again until the answer is truthy, and returns it.

    An AssertionError counts as "not yet"; the last one is shown when time is up.
    """
    deadline = time.monotonic() + within
    last: object = None
    while True:
        try:
            answer = ask()
            if answer:
                return answer
            last = answer
        except AssertionError as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within:g} s: {what}; last: {last}")
        time.sleep(every)
