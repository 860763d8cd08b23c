"""A user's own flags on messages: read, starred, collapsed."""

from __future__ import annotations

from typing import Any

from tests.zulip import params
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError, invalid_messages
from tests.zulip.world import HISTORICAL, Message

EDITABLE = ("read", "starred", "collapsed")
KNOWN = (*EDITABLE, "mentioned", "wildcard_mentioned", "has_alert_word", "historical")


def update(call: Call) -> Answer:
    numbers = call.params.json("messages", params.list_of(params.integer), required=True)
    operation, flag = call.params.required("op"), call.params.required("flag")
    if operation not in ("add", "remove"):
        raise ApiError(f"Invalid message flag operation: '{operation}'")
    if flag not in KNOWN:
        raise ApiError(f"Invalid flag: '{flag}'")
    if flag not in EDITABLE:
        raise ApiError(f"Flag not editable: '{flag}'")
    messages = [m for number in numbers if (m := call.world.messages.get(number)) is not None]
    if len(messages) != len(numbers) or not all(
        call.user.id in m.flags or call.world.may_read(call.user, m) for m in messages
    ):
        raise invalid_messages()
    for message in messages:
        message.flags.setdefault(call.user.id, set(HISTORICAL))
    set_flag(call, messages, operation, flag)
    return {"messages": numbers}


def set_flag(call: Call, messages: list[Message], operation: str, flag: str, *, everything: bool = False) -> None:
    changed: list[int] = []
    for message in messages:
        flags = message.flags[call.user.id]
        if (flag in flags) == (operation == "add"):
            continue
        flags.symmetric_difference_update({flag})
        changed.append(message.id)
    event: dict[str, Any] = {
        "type": "update_message_flags",
        "op": operation,
        "operation": operation,
        "flag": flag,
        "messages": changed,
        "all": everything,
    }
    if changed:
        call.server.queues.publish(event, [call.user.id])


def mark_all_as_read(call: Call) -> Answer:
    received = [m for m in call.world.messages.values() if call.user.id in m.flags]
    set_flag(call, received, "add", "read", everything=True)
    return {"complete": True}


def _channel(call: Call) -> int:
    number: int = call.params.json("stream_id", params.integer, required=True)
    channel = call.world.channels.get(number)
    if channel is None or not call.world.may_see_channel(call.user, channel):
        raise ApiError("Invalid stream ID")
    return number


def mark_channel_as_read(call: Call) -> Answer:
    channel_id = _channel(call)
    received = [m for m in call.world.messages.values() if m.channel_id == channel_id and call.user.id in m.flags]
    set_flag(call, received, "add", "read")
    return {}


def mark_topic_as_read(call: Call) -> Answer:
    channel_id, topic = _channel(call), call.params.required("topic_name")
    found = call.world.topic_messages(channel_id, topic)
    if not found:
        raise ApiError(f"No such topic '{topic}'")
    set_flag(call, [m for m in found if call.user.id in m.flags], "add", "read")
    return {}
