"""The mark at the end of each of the bot's messages: which message it belongs to, and what it is to it.

It is a link of one character to the message that was answered, so it serves a reader of a busy topic too. For the bot
it is the durable record: it reaches Zulip in the same request as the answer, so a kill cannot come between the two. The
process that takes over reads from the bot's own messages what is answered and what was only begun.

Zulip keeps `#narrow/...` links as they are (https://zulip.com/help/link-to-a-message-or-conversation).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from ritsuko_bot.chat.message import MessageKind
from ritsuko_bot.chat.zulip.place import Topic, ZulipPlace

_SIGNS = {MessageKind.ANSWER: "↑", MessageKind.RUNNING: "…", MessageKind.QUESTION: "?"}
_KINDS = {sign: kind for kind, sign in _SIGNS.items()}


@dataclass(frozen=True, slots=True)
class Reference:
    """`message` is the id of the message referred to."""

    kind: MessageKind
    message: int


_MARK = re.compile(r"\[(?P<sign>[↑…?])\]\(#narrow/[^()\s]+/near/(?P<message>\d+)\)$")
# What a line must not begin with, or the mark would become part of what it ends.
_BLOCK = ("```", "~~~", "|", ">")


def mark(kind: MessageKind, place: ZulipPlace, message: int) -> str:
    """The mark for a message in `place`."""
    if isinstance(place, Topic):
        where = f"channel/{place.channel_id}/topic/{_encoded(place.topic)}"
    else:
        where = f"dm/{','.join(map(str, place.people))}"
    return f"[{_SIGNS[kind]}](#narrow/{where}/near/{message})"


def room(place: ZulipPlace, message: int) -> int:
    """How many characters of a message its mark takes."""
    return len(mark(MessageKind.ANSWER, place, message)) + 2


def marked(text: str, kind: MessageKind, place: ZulipPlace, message: int) -> str:
    """The text with its mark: behind its last sentence, or below its last block."""
    text = text.rstrip()
    last = text.rpartition("\n")[2]
    separator = "\n\n" if last.startswith(_BLOCK) or "|" in last else " "
    return f"{text}{separator}{mark(kind, place, message)}"


def unmarked(text: str) -> str:
    """The text without its mark."""
    return _MARK.sub("", text).rstrip()


def reference(text: str) -> Reference | None:
    """What the mark at the end of the text says; None where there is none."""
    found = _MARK.search(text)
    return Reference(_KINDS[found["sign"]], int(found["message"])) if found else None


def _encoded(topic: str) -> str:
    """As Zulip encodes an operand in the part of an address behind `#`: with dots for percent signs."""
    return quote(topic, safe="").replace(".", "%2E").replace("%", ".") or "."
