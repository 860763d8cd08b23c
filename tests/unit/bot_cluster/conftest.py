"""Time for stories of what the bot writes to its cluster: it leaps, so that minutes cost nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest


@pytest.fixture(autouse=True)
async def leaping(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands still while anybody has something to do, and leaps to the next timer when all of them wait.

    So the machine may be as slow as it likes.
    """
    loop: Any = asyncio.get_running_loop()
    selector, began = loop._selector, loop.time()
    really_select, leapt = selector.select, [0.0]

    def select(timeout: float | None) -> Any:
        if timeout is None:
            return really_select(timeout)
        leapt[0] += timeout
        return really_select(0)

    monkeypatch.setattr(selector, "select", select)
    monkeypatch.setattr(loop, "time", lambda: began + leapt[0])
