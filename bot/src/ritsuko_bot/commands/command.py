"""A command as it was typed, and who typed it."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller


@dataclass(frozen=True, slots=True)
class Command:
    """One line and the caller that its calls are made for."""

    line: str
    caller: Caller

    @property
    def asker(self) -> Asker:
        return self.caller.asker
