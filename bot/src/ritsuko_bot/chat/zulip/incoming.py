"""What comes in from Zulip, as the chat's own types."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from ritsuko_bot.chat.message import IncomingMessage, MessageEdit, Reaction
from ritsuko_bot.chat.zulip.api import EmojiReaction, Event, Message, Profile
from ritsuko_bot.chat.zulip.mention import said_to
from ritsuko_bot.chat.zulip.place import Topic, place_of


def incoming(message: Message, *, me: Profile) -> IncomingMessage:
    """A message; `me` is the bot. In a channel a message is written to the bot if it mentions the bot itself."""
    place = place_of(message, me=me.user_id)
    text, addressed = _read(message.content, message.flags, me, direct=not isinstance(place, Topic))
    return IncomingMessage(
        str(message.id), str(message.sender_id), place, text, sent=_time(message.timestamp), addressed=addressed
    )


def edit(event: Event, *, me: Profile) -> MessageEdit:
    """The edit of a message that an event of type `update_message` tells of."""
    text, addressed = _read(event.content or "", event.flags, me, direct=event.stream_id is None)
    editor = str(event.user_id) if event.user_id is not None else None
    return MessageEdit(str(event.message_id), editor, text, at=_time(event.edit_timestamp), addressed=addressed)


def _read(content: str, flags: Sequence[str], me: Profile, *, direct: bool) -> tuple[str, bool]:
    """The text without the mention of the bot, and whether it is written to the bot."""
    said = said_to(content, name=me.full_name, user_id=me.user_id)
    if direct:
        # Here a mention is not needed, so one in the middle is a part of the text.
        return (said if said is not None and content.lstrip().startswith("@") else content), True
    return (content if said is None else said), "mentioned" in flags and said is not None


def reactions(found: Sequence[EmojiReaction]) -> list[Reaction]:
    """The Unicode emoji among these; an organisation's own emoji are left out."""
    return [Reaction(str(one.user_id), _emoji(one.emoji_code)) for one in found if one.reaction_type == "unicode_emoji"]


def _emoji(code: str) -> str:
    """The emoji of code points in hexadecimal with dashes between them; empty for anything else."""
    try:
        return "".join(chr(int(point, 16)) for point in code.split("-"))
    except ValueError:
        return ""


def _time(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
