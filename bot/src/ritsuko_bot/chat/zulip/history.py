"""What was asked while the bot was offline, and what the bot itself wrote."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ritsuko_bot.chat.message import EarlierReplies, MessageKind
from ritsuko_bot.chat.zulip.api import History, Message, Profile
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.reference import reference

_PAGE = 500


async def asked_since(client: ZulipClient, message: int) -> list[Message]:
    """Every mention of the bot and every direct message after `message`, in order. Raises `ZulipError`."""
    found: dict[int, Message] = {}
    for kind in ("mentioned", "dm"):
        async for one in _after(client, message, {"operator": "is", "operand": kind}):
            found[one.id] = one
    return [found[one] for one in sorted(found)]


async def replies_since(client: ZulipClient, me: Profile, message: int) -> EarlierReplies:
    """What the bot wrote after `message`. Raises `ZulipError`."""
    answered: set[str] = set()
    begun: dict[str, str] = {}
    own = {"operator": "sender", "operand": me.email}
    # Without the second search, messages in channels that the bot is not subscribed to may be missing.
    for narrow in ([own], [{"operator": "streams", "operand": "public"}, own]):
        async for one in _after(client, message, *narrow):
            about = reference(one.content)
            if about is not None and about.kind is MessageKind.ANSWER:
                answered.add(str(about.message))
            elif about is not None and about.kind is MessageKind.RUNNING:
                begun[str(about.message)] = str(one.id)
    return EarlierReplies(frozenset(answered), {asked: own for asked, own in begun.items() if asked not in answered})


async def _after(client: ZulipClient, message: int, *narrow: dict[str, str]) -> AsyncGenerator[Message]:
    anchor = max(message, 0)
    while True:
        request: dict[str, object] = {
            "anchor": anchor,
            "include_anchor": False,
            "num_before": 0,
            "num_after": _PAGE,
            "narrow": list(narrow),
            "apply_markdown": False,
        }
        history = await client.call("GET", "messages", request, shape=History)
        for one in history.messages:
            yield one
        if history.found_newest or not history.messages:
            return
        anchor = history.messages[-1].id
