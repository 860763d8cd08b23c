"""What comes in from a chat and what goes out to it, in words that every chat shares.

Ids of messages and people are strings, which only their adapter reads anything into.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.chat.place import Place

APPROVE, REJECT = "👍", "👎"


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What somebody wrote. `text` has no mention of the bot at its start; `addressed`: it was written to the bot."""

    id: str
    author: str
    place: Place
    text: str
    sent: datetime
    addressed: bool


@dataclass(frozen=True, slots=True)
class MessageEdit:
    """A message that somebody changed: its new text, and whether that is written to the bot."""

    message: str
    editor: str | None
    text: str
    at: datetime
    addressed: bool


@dataclass(frozen=True, slots=True)
class Reaction:
    """An emoji that somebody put under a message."""

    person: str
    emoji: str


class MessageKind(StrEnum):
    """What a message of the bot is to the one that it belongs to."""

    ANSWER = "answer"
    RUNNING = "running"
    QUESTION = "question"


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """What the bot writes in `place`, on account of the message `about`."""

    kind: MessageKind
    place: Place
    about: str
    content: Answer


@dataclass(frozen=True, slots=True)
class EarlierReplies:
    """What the bot wrote before it was restarted.

    `answered`: the messages that have their answer. `begun`: those that only have a running note, with its id.
    """

    answered: frozenset[str]
    begun: Mapping[str, str]
