"""What joins a gateway to the commands."""

from __future__ import annotations

import asyncio
from typing import Protocol

from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.calls.caller import Caller


class Commands(Protocol):
    """Who knows the answers. Called from many tasks at once."""

    async def answer(self, line: str, caller: Caller) -> Answer | None:
        """The answer to one line; None when there is nothing to say to it."""
        ...


class Gateway(Protocol):
    """A place where people ask."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Listens and answers.

        Returns once `stopping` is set and what was asked before is answered, or when the people went away.
        Cancelled, it stops in the middle of whatever it does: nothing is posted from then on.
        """
        ...
