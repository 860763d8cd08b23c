"""What the server remembers: people, channels, messages, files. No HTTP, no events, no rules about who may do what."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.zulip.clock import Clock

OWNER, ADMIN, MODERATOR, MEMBER, GUEST = 100, 200, 300, 400, 600
GENERIC_BOT, INCOMING_WEBHOOK = 1, 2
HISTORICAL = frozenset({"read", "historical"})
"""Flags of a message that a user may read but never received."""


@dataclass
class User:
    id: int
    email: str
    full_name: str
    role: int = MEMBER
    bot_type: int | None = None
    owner_id: int | None = None
    active: bool = True
    date_joined: str = "2026-11-23T16:19:23.000000+00:00"
    system: bool = False
    recipient_id: int = 0

    @property
    def is_bot(self) -> bool:
        return self.bot_type is not None

    @property
    def is_admin(self) -> bool:
        return self.role <= ADMIN

    @property
    def is_guest(self) -> bool:
        return self.role == GUEST

    @property
    def api_key(self) -> str:
        """Fixed by the address, so that a test or a Secret can name it before the server runs."""
        return hashlib.sha256(f"emulator:{self.email}".encode()).hexdigest()[:32]

    @property
    def avatar(self) -> str:
        digest = hashlib.md5(self.email.lower().encode(), usedforsecurity=False).hexdigest()
        return f"https://secure.gravatar.com/avatar/{digest}?d=identicon&version=1"


@dataclass
class Channel:
    id: int
    name: str
    description: str = ""
    private: bool = False
    post_policy: int = 1
    archived: bool = False
    date_created: int = 1795450764
    default: bool = False
    subscribers: set[int] = field(default_factory=set)
    recipient_id: int = 0


@dataclass
class Group:
    id: int
    name: str
    description: str
    members: list[int]
    subgroups: list[int]
    system: bool
    can_mention: int


@dataclass
class Reaction:
    user_id: int
    emoji_name: str
    emoji_code: str
    reaction_type: str


@dataclass
class Message:
    id: int
    sender_id: int
    content: str
    rendered: str
    timestamp: float
    client: str
    recipient_id: int
    channel_id: int | None = None
    topic: str = ""
    people: tuple[int, ...] = ()
    """Everyone in a direct message, its sender included, by id. Empty in a channel."""
    is_me: bool = False
    reactions: list[Reaction] = field(default_factory=list)
    submessages: list[dict[str, Any]] = field(default_factory=list)
    edits: list[dict[str, Any]] = field(default_factory=list)
    flags: dict[int, set[str]] = field(default_factory=dict)
    """Who received it, and that user's flags."""


@dataclass
class StoredFile:
    id: int
    path: str
    name: str
    owner_id: int
    data: bytes
    created: float
    content_type: str | None
    message_ids: set[int] = field(default_factory=set)


@dataclass
class World:
    clock: Clock
    users: dict[int, User]
    channels: dict[int, Channel]
    groups: dict[int, Group]
    realm: dict[str, Any]
    """Settings by their API name without `realm_`, as PATCH /realm takes them, and the limit of uploads."""
    messages: dict[int, Message] = field(default_factory=dict)
    storage: dict[int, dict[str, str]] = field(default_factory=dict)
    files: dict[str, StoredFile] = field(default_factory=dict)
    next_message_id: int = 16
    next_submessage_id: int = 1
    next_recipient_id: int = 100
    huddles: dict[tuple[int, ...], int] = field(default_factory=dict)

    def user_by_email(self, email: str) -> User | None:
        wanted = email.lower()
        return next((user for user in self.users.values() if user.email.lower() == wanted), None)

    def find_user(self, who: int | str) -> User:
        """By id, address, or what of it comes before "@" or "-bot@". KeyError if there is none."""
        if isinstance(who, int):
            return self.users[who]
        wanted = who.lower()
        for user in self.users.values():
            local = user.email.partition("@")[0]
            if wanted in (user.email.lower(), local, local.removesuffix("-bot")):
                return user
        raise KeyError(who)

    def channel_by_name(self, name: str) -> Channel | None:
        wanted = name.strip().casefold()
        return next((c for c in self.channels.values() if c.name.casefold() == wanted and not c.archived), None)

    def recipient_of(self, people: Iterable[int], sender_id: int) -> int:
        """The id of the conversation: the other person's own for two (or the sender's alone), else the group's."""
        group = tuple(sorted(set(people)))
        if len(group) <= 2:
            other = next((person for person in group if person != sender_id), sender_id)
            return self.users[other].recipient_id
        if group not in self.huddles:
            self.next_recipient_id += 1
            self.huddles[group] = self.next_recipient_id
        return self.huddles[group]

    def may_read(self, user: User, message: Message) -> bool:
        """Whether the message can be fetched, reacted to or edited: having received it isn't enough in a channel."""
        if message.channel_id is None:
            return user.id in message.flags
        channel = self.channels[message.channel_id]
        if user.id in channel.subscribers:
            return True
        return not channel.private and not user.is_guest

    def may_see_channel(self, user: User, channel: Channel) -> bool:
        if channel.archived:
            return False
        return user.id in channel.subscribers or not (channel.private or user.is_guest)

    def flags_for(self, user: User, message: Message) -> list[str]:
        flags = message.flags.get(user.id)
        return ordered(HISTORICAL if flags is None else flags)

    def last_received(self, user: User) -> int:
        return max((m.id for m in self.messages.values() if user.id in m.flags), default=-1)

    def topic_messages(self, channel_id: int, topic: str) -> list[Message]:
        wanted = topic.casefold()
        return [m for m in self.messages.values() if m.channel_id == channel_id and m.topic.casefold() == wanted]


FLAG_ORDER = (
    "read",
    "starred",
    "collapsed",
    "mentioned",
    "stream_wildcard_mentioned",
    "topic_wildcard_mentioned",
    "has_alert_word",
    "historical",
    "wildcard_mentioned",
)


def ordered(flags: Iterable[str]) -> list[str]:
    """Flags in the server's order, with the older name that stands for both kinds of wildcard."""
    present = set(flags)
    if present & {"stream_wildcard_mentioned", "topic_wildcard_mentioned"}:
        present.add("wildcard_mentioned")
    return sorted(present, key=FLAG_ORDER.index)
