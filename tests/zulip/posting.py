"""The endpoint that sends: what the request means, and the refusals that come before anything is stored."""

from __future__ import annotations

import json
from typing import Any

from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError
from tests.zulip.sending import NO_TOPIC, Draft, check_may_post, checked_content, checked_topic, no_such_channel, send
from tests.zulip.world import Channel, User, World


def post(call: Call) -> Answer:
    asked, world = call.params, call.world
    kind = asked.required("type")
    if kind not in ("direct", "private", "stream"):
        raise ApiError("Invalid type")
    to = asked.text("to")
    topic = asked.text("topic", asked.text("subject"))
    content = asked.required("content")
    widget = asked.text("widget_content")
    asked.accept("forged", "time", "tz_guess")
    queue_id, local_id = asked.text("queue_id"), asked.text("local_id")
    read_by_sender = asked.flag("read_by_sender")
    channel, people = None, ()
    if kind == "stream":
        channel, topic = _addressed_channel(world, to, topic)
        content = checked_content(content)
        check_may_post(world, call.user, channel)
    else:
        people = _addressed_people(world, to)
        content = checked_content(content)
        _check_direct(world, call.user, people)
    message = send(
        call.server,
        Draft(
            sender=call.user,
            content=content,
            client=call.client,
            channel=channel,
            topic=topic or "",
            people=tuple(person.id for person in people),
            read_by_sender=read_by_sender,
            queue_id=queue_id,
            local_id=local_id,
            widget=_checked_widget(widget),
        ),
    )
    return {"id": message.id}


def _addressed_channel(world: World, to: str | None, topic: str | None) -> tuple[Channel, str]:
    """`to` is a name, or JSON: a number, a name, or a list of one of them."""
    if to is None:
        raise ApiError("Missing stream")
    try:
        wanted = json.loads(to)
    except ValueError:
        wanted = to
    if isinstance(wanted, list):
        if len(wanted) != 1:
            raise ApiError("Expected exactly one stream")
        wanted = wanted[0]
    if not isinstance(wanted, (str, int)) or isinstance(wanted, bool):
        raise ApiError("Invalid data type for stream")
    if topic is None:
        raise ApiError("Missing topic")
    topic = checked_topic(topic)
    channel = world.channels.get(wanted) if isinstance(wanted, int) else world.channel_by_name(wanted)
    if channel is None:
        raise no_such_channel(wanted)
    if world.realm["mandatory_topics"] and topic == NO_TOPIC:
        raise ApiError("Topics are required in this organization")
    return channel, topic


def _addressed_people(world: World, to: str | None) -> tuple[User, ...]:
    people = parse_people(to) if to is not None else []
    if not people:
        raise ApiError("Message must have recipients")
    found: list[User] = []
    for person in people:
        if isinstance(person, int):
            user = world.users.get(person)
            if user is None:
                raise ApiError(f"Invalid user ID {person}")
        else:
            user = world.user_by_email(person)
            if user is None:
                raise ApiError(f"Invalid email '{person}'")
        found.append(user)
    return tuple(found)


def parse_people(raw: str) -> list[int | str]:
    """Ids, or addresses as a JSON list or between commas."""
    try:
        data: Any = json.loads(raw)
    except ValueError:
        data = raw
    if isinstance(data, str):
        data = [part.strip() for part in data.split(",") if part.strip()]
    if not isinstance(data, list):
        raise ApiError("Invalid data type for recipients")
    if not data:
        return []
    kind = type(data[0])
    if kind not in (int, str):
        raise ApiError("Invalid data type for recipients")
    if any(type(part) is not kind for part in data):
        raise ApiError("Recipient lists may contain emails or user IDs, but not both.")
    return list(dict.fromkeys(data))


def _check_direct(world: World, sender: User, people: tuple[User, ...]) -> None:
    off = world.realm["private_message_policy"] == 2
    if off and not sender.is_bot and not (len(people) == 1 and (people[0].is_bot or people[0] is sender)):
        raise ApiError("Direct messages are disabled in this organization.")
    for person in people:
        if not person.active:
            raise ApiError(f"'{person.email}' is no longer using Zulip.")


def _checked_widget(raw: str | None) -> str | None:
    if raw is None:
        return None
    try:
        widget = json.loads(raw)
    except ValueError:
        raise ApiError("Widgets: API programmer sent invalid JSON content") from None
    if not isinstance(widget, dict):
        raise ApiError("Widgets: widget_content is not a dict")
    for key in ("widget_type", "extra_data"):
        if key not in widget:
            raise ApiError(f"Widgets: {key} is missing")
    if widget["widget_type"] not in ("zform", "poll", "todo"):
        raise ApiError(f"Widgets: unknown widget type: {widget['widget_type']}")
    return json.dumps(widget, ensure_ascii=False)
