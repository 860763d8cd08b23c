"""An answer as a Zulip message."""

from __future__ import annotations

from typing import NamedTuple

from ritsuko_bot.commands.answer import Answer


class Attachment(NamedTuple):
    """A file to upload with the message."""

    filename: str
    media_type: str
    data: bytes


class Rendered(NamedTuple):
    """The message's text, and the files whose links the gateway appends to it."""

    text: str
    attachments: tuple[Attachment, ...]


def render(answer: Answer, limit: int = 10_000) -> Rendered:
    """The message and its files. The text leaves 200 characters of `limit` free for the link of each file."""
    return Rendered("Not built yet.", ())
