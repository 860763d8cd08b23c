"""The steps that bring about what a recorded case needs; replay.py carries them out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Step = list[Any]
BOT, OTHER, HOOK = "ritsuko-bot@zulipdev.com", "otherbot-bot@zulipdev.com", "hookbot-bot@zulipdev.com"
HAMLET, IAGO, CORDELIA, POLONIUS = "hamlet@zulip.com", "iago@zulip.com", "cordelia@zulip.com", "polonius@zulip.com"
OWN_QUEUE = "the case's own"


@dataclass
class Group:
    start: list[Step] = field(default_factory=list)
    given: dict[str, list[Step]] = field(default_factory=dict)
    meanwhile: dict[str, list[Step]] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)


def say(who: str, where: str, content: str, number: int | None = None, **extra: str) -> Step:
    """`where` is "channel>topic" or "@" and addresses; `number` the message's recorded id, where a request names it."""
    if where.startswith("@"):
        form = {"type": "direct", "to": where[1:], "content": content, **extra}
    else:
        channel, _, topic = where.partition(">")
        form = {"type": "stream", "to": channel, "topic": topic, "content": content, **extra}
    return ["call", who, "POST", "/api/v1/messages", form, number]


def do(who: str, method: str, path: str, **form: str) -> Step:
    return ["call", who, method, "/api/v1/" + path, form, None]


def queue(who: str = BOT, queue_id: str = OWN_QUEUE, **form: str) -> Step:
    return ["queue", who, queue_id, {"apply_markdown": "false", **form}]


def own_messages(*says: Step, **form: str) -> list[Step]:
    return [queue(event_types='["message"]', **form), *says]


def realm(**settings: str) -> Step:
    return do(IAGO, "PATCH", "realm", **settings)


def advance(seconds: float) -> Step:
    return ["advance", seconds]


def event_server(action: str) -> Step:
    return ["event server", action]


def down(*parts: str) -> Step:
    return ["down", *parts]


def owner(user: int) -> Step:
    return do(IAGO, "PATCH", "bots/14", bot_owner_id=str(user))


def deactivate_aaron() -> Step:
    return do(IAGO, "DELETE", "users/13")


def named(prefix: str, names: str) -> list[str]:
    return [prefix + name for name in names.split()]
