"""What a call needs from its caller."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.dialogue import Dialogue

Progress = Callable[[str], Awaitable[None]]


async def no_progress(_: str) -> None:
    """Drops what a running call reports."""


@dataclass(frozen=True, slots=True)
class Caller:
    """The person a call is made for, who sees its progress, and who can be asked (None: nobody).

    `progress` may be called from another task, any number of times.
    """

    asker: Asker
    progress: Progress = no_progress
    dialogue: Dialogue | None = None
