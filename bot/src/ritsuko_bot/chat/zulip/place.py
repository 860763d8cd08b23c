"""Zulip's places: a topic of a channel, or a direct conversation."""

from __future__ import annotations

import json
from dataclasses import dataclass

from ritsuko_bot.chat.place import Place
from ritsuko_bot.chat.zulip.api import Message


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of a channel."""

    channel_id: int
    channel: str
    topic: str

    def address(self) -> dict[str, object]:
        """The parameters that send a message here."""
        return {"type": "stream", "to": self.channel_id, "topic": self.topic}

    def typing(self) -> dict[str, object]:
        """The parameters that show here that somebody types."""
        return {"type": "stream", "stream_id": self.channel_id, "topic": self.topic}

    def narrow(self) -> list[dict[str, object]]:
        """What keeps a search to this place."""
        return [{"operator": "stream", "operand": self.channel_id}, {"operator": "topic", "operand": self.topic}]

    def __str__(self) -> str:
        return f"#{self.channel} > {self.topic}"


@dataclass(frozen=True, slots=True)
class Direct:
    """A direct conversation with one or more people; `people` are their ids without the bot's."""

    people: tuple[int, ...]

    @property
    def channel(self) -> None:
        """A direct conversation is in no channel."""

    def address(self) -> dict[str, object]:
        return {"type": "private", "to": json.dumps(self.people)}

    def typing(self) -> dict[str, object]:
        return {"to": json.dumps(self.people)}

    def narrow(self) -> list[dict[str, object]]:
        return [{"operator": "dm", "operand": list(self.people)}]

    def __str__(self) -> str:
        return "direct message"


ZulipPlace = Topic | Direct


def zulip_place(place: Place) -> ZulipPlace:
    """The place, which must be one of Zulip's."""
    if not isinstance(place, Topic | Direct):
        raise TypeError(f"{place} is not a place in Zulip")
    return place


def place_of(message: Message, *, me: int) -> ZulipPlace:
    """The place where `message` stands; `me` is the bot's own user id."""
    if isinstance(message.display_recipient, str):
        return Topic(message.stream_id or 0, message.display_recipient, message.topic)
    others = sorted(person.id for person in message.display_recipient if person.id != me)
    return Direct(tuple(others) or (me,))
