"""The parts of Zulip's answers that the bot reads. Everything else in them is passed over.

Names and kinds as in https://zulip.com/api/; where servers of different age differ, both forms are accepted.
"""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """An answer, or a part of one. By itself: an answer of which only its success matters."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Profile(Wire):
    """A user. `role` is 100 for an owner, 200 administrator, 300 moderator, 400 member, 600 guest."""

    user_id: int
    email: str
    delivery_email: str | None = None
    full_name: str
    is_bot: bool = False
    role: int = 400


class UserAnswer(Wire):
    user: Profile


class Registered(Wire):
    """A new event queue. `max_message_id` is -1 where the account has received no message yet."""

    queue_id: str
    last_event_id: int
    max_message_id: int = -1
    max_message_length: int = 10_000
    max_topic_length: int = 60
    longpoll_seconds: float = Field(default=90, validation_alias="event_queue_longpoll_timeout_seconds")


class Recipient(Wire):
    id: int


class Message(Wire):
    """A message in a channel (`stream_id`, `display_recipient` its name) or a direct one (a list of people)."""

    id: int
    sender_id: int
    sender_full_name: str = ""
    content: str
    timestamp: float
    topic: str = Field(default="", validation_alias=AliasChoices("subject", "topic"))
    stream_id: int | None = None
    display_recipient: str | list[Recipient]
    flags: list[str] = []


class Event(Wire):
    """An event; `message` and `flags` belong to those of type message."""

    id: int
    type: str
    message: Message | None = None
    flags: list[str] = []
    local_message_id: str | None = None


class Events(Wire):
    events: list[Event]


class History(Wire):
    messages: list[Message]
    found_newest: bool = True


class Sent(Wire):
    id: int


class Uploaded(Wire):
    url: str = Field(validation_alias=AliasChoices("url", "uri"))


class Storage(Wire):
    storage: dict[str, str]
