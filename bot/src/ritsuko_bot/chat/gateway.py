"""What joins a gateway to the commands."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.dialogue import Dialogue


class Commands(Protocol):
    """Who knows the answers. Called from many tasks at once."""

    async def answer(
        self, line: str, asker: Asker, *, progress: Callable[[str], Awaitable[None]], dialogue: Dialogue | None = None
    ) -> Answer | None:
        """The answer to one line; None when there is nothing to say to it.

        Without a `dialogue` nobody can be asked anything.
        """
        ...


class Gateway(Protocol):
    """A place where people ask."""

    async def run(self, stopping: asyncio.Event) -> None:
        """Listens and answers.

        Returns once `stopping` is set and what was asked before is answered, or when the people went away.
        Cancelled, it stops in the middle of whatever it does: nothing is posted from then on.
        """
        ...
