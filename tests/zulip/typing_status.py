"""The endpoint that tells others someone is writing."""

from __future__ import annotations

from typing import Any

from tests.zulip import params
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError


def post(call: Call) -> Answer:
    asked = call.params
    kind = asked.text("type", "direct")
    op = asked.required("op")
    to = asked.json("to", params.list_of(params.integer))
    channel_id = asked.json("stream_id", params.integer)
    topic = asked.text("topic")
    if kind not in ("direct", "stream"):
        raise ApiError("Invalid type")
    if op not in ("start", "stop"):
        raise ApiError("Invalid op")
    event: dict[str, Any] = {
        "type": "typing",
        "op": op,
        "sender": {"user_id": call.user.id, "email": call.user.email},
    }
    if kind == "stream":
        call.server.queues.publish(*_in_channel(call, event, channel_id, topic))
    else:
        call.server.queues.publish(*_in_direct(call, event, to))
    return {}


def _in_channel(
    call: Call, event: dict[str, Any], channel_id: int | None, topic: str | None
) -> tuple[dict[str, Any], set[int]]:
    if channel_id is None:
        raise ApiError("Missing stream_id")
    if topic is None:
        raise ApiError("Missing topic")
    channel = call.world.channels.get(channel_id)
    if channel is None or not call.world.may_see_channel(call.user, channel):
        raise ApiError("Invalid stream ID")
    return {**event, "message_type": "stream", "stream_id": channel_id, "topic": topic}, channel.subscribers


def _in_direct(call: Call, event: dict[str, Any], to: list[int] | None) -> tuple[dict[str, Any], set[int]]:
    if to is None:
        raise ApiError("Missing 'to' argument")
    if not to:
        raise ApiError("Empty 'to' list")
    for person in to:
        if person not in call.world.users:
            raise ApiError(f"Invalid user ID {person}")
    everyone = list(dict.fromkeys([*to, call.user.id]))
    recipients = [{"user_id": user, "email": call.world.users[user].email} for user in everyone]
    return {**event, "message_type": "direct", "recipients": recipients}, set(everyone)
