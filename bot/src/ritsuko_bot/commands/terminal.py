"""An answer as lines in a terminal."""

from __future__ import annotations

from ritsuko_bot.commands.answer import Answer


def render(answer: Answer, *, colour: bool, width: int) -> str:
    """The text to print, without a newline at its end."""
    return "Not built yet."
