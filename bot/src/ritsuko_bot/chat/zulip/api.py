"""The parts of Zulip's answers that the bot reads. Everything else in them is ignored.

Names and kinds as in https://zulip.com/api/; where servers of different age differ, both forms are accepted.
"""

from __future__ import annotations

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class Wire(BaseModel):
    """An answer or a part of one; by itself, an answer whose content does not matter."""

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


class Group(Wire):
    """A user group; `direct_subgroup_ids` are the groups whose members are its members too."""

    id: int
    name: str
    members: list[int] = []
    direct_subgroup_ids: list[int] = []


class Groups(Wire):
    """The groups, as they come with a new event queue; other ways to them are closed to bots."""

    queue_id: str | None = None
    realm_user_groups: list[Group]


class Recipient(Wire):
    id: int


class EmojiReaction(Wire):
    """An emoji under a message; `emoji_code` is its code points in hexadecimal."""

    user_id: int
    emoji_code: str
    reaction_type: str = "unicode_emoji"


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
    reactions: list[EmojiReaction] = []


class Event(Wire):
    """An event.

    Of type `message`: `message`, `flags` and `local_message_id`. Of type `reaction`: `op` is add or remove, then who
    and which. Of type `update_message`: `user_id` edited `message_id` at `edit_timestamp`; `content` is the new text,
    None where only the place changed; `stream_id` is there if the message is in a channel.
    """

    id: int
    type: str
    message: Message | None = None
    flags: list[str] = []
    local_message_id: str | None = None
    op: str = ""
    message_id: int = 0
    user_id: int | None = None
    emoji_code: str = ""
    reaction_type: str = ""
    edit_timestamp: float = 0
    content: str | None = None
    stream_id: int | None = None


class OneMessage(Wire):
    """One message. Its own flags come with it, as in history."""

    message: Message


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
