"""What was asked while nobody listened."""

from __future__ import annotations

from ritsuko_bot.chat.zulip_api import History, Message
from ritsuko_bot.chat.zulip_client import ZulipClient

_PAGE = 500


async def asked_since(client: ZulipClient, message: int) -> list[Message]:
    """Every mention of the bot and every direct message after `message`, in order. Raises `ZulipError`."""
    found: dict[int, Message] = {}
    for kind in ("mentioned", "dm"):
        anchor = max(message, 0)
        while True:
            request: dict[str, object] = {
                "anchor": anchor,
                "include_anchor": False,
                "num_before": 0,
                "num_after": _PAGE,
                "narrow": [{"operator": "is", "operand": kind}],
                "apply_markdown": False,
            }
            history = await client.call("GET", "messages", request, shape=History)
            found.update((one.id, one) for one in history.messages)
            if history.found_newest or not history.messages:
                break
            anchor = history.messages[-1].id
    return [found[one] for one in sorted(found)]
