"""Endpoints that read messages: one, a range around an anchor, its history, who has seen it."""

from __future__ import annotations

from typing import Any

from tests.zulip import narrow, params, wire
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError, invalid_messages
from tests.zulip.rendering import render
from tests.zulip.world import Message

NEWEST = 10_000_000_000_000_000
"""The anchor that "newest" stands for."""
MOST_AT_ONCE = 5000


def fetch(call: Call) -> Answer:
    asked, world, user = call.params, call.world, call.user
    raw_anchor = asked.text("anchor")
    include_anchor = asked.flag("include_anchor", True)
    before = asked.converted("num_before", params.natural)
    after = asked.converted("num_after", params.natural)
    raw_narrow = asked.text("narrow")
    terms = narrow.parse(raw_narrow) if raw_narrow is not None else []
    legacy_first_unread = asked.flag("use_first_unread_anchor")
    gravatar = asked.flag("client_gravatar", True)
    markdown = asked.flag("apply_markdown", True)
    anchor = _anchor(raw_anchor, legacy_first_unread)
    if before + after > MOST_AT_ONCE:
        raise ApiError(f"Too many messages requested (maximum {MOST_AT_ONCE}).")
    if not include_anchor and before > 0 and after > 0:
        raise ApiError("The anchor can only be excluded at an end of the range")
    wanted = narrow.search(world, user, terms)
    matching = [
        message
        for number, message in sorted(world.messages.items())
        if (world.may_read(user, message) if wanted.channel_history else user.id in message.flags)
        and wanted.test(message)
    ]
    if anchor is None:
        unread = (m.id for m in matching if user.id in m.flags and "read" not in m.flags[user.id])
        anchor = next(unread, NEWEST)
    chosen, found = _range(matching, anchor, before, after, include_anchor)
    forms = [
        wire.message(world, m, apply_markdown=markdown, gravatar_by_client=gravatar, flags=world.flags_for(user, m))
        for m in chosen
    ]
    return {"messages": forms, **found, "history_limited": False, "anchor": anchor}


def _anchor(raw: str | None, first_unread: bool) -> int | None:
    """A message id; None stands for the first unread one."""
    if first_unread:
        return None
    if raw is None:
        raise ApiError("Missing 'anchor' argument.")
    named: dict[str, int | None] = {"oldest": 0, "newest": NEWEST, "first_unread": None}
    if raw in named:
        return named[raw]
    try:
        number = int(raw)
    except ValueError:
        raise ApiError("Invalid anchor") from None
    return min(max(number, 0), NEWEST)


def _range(
    matching: list[Message], anchor: int, before: int, after: int, include_anchor: bool
) -> tuple[list[Message], dict[str, bool]]:
    at_start, at_end = anchor == 0, anchor >= NEWEST
    older = [m for m in matching if m.id < anchor]
    newer = [m for m in matching if m.id > anchor]
    exact = [m for m in matching if m.id == anchor] if include_anchor else []
    if at_end:
        after = 0
    older = older[-before:] if before and not at_start else []
    newer = newer[:after] if after else []
    return [*older, *exact, *newer], {
        "found_anchor": bool(exact),
        "found_oldest": at_start or len(older) < before,
        "found_newest": at_end or len(newer) < after,
    }


def find(call: Call) -> Message:
    """The message a path names, if the caller may read it."""
    message = call.world.messages.get(int(call.args["message_id"]))
    if message is None or not call.world.may_read(call.user, message):
        raise invalid_messages()
    return message


def fetch_one(call: Call) -> Answer:
    markdown = call.params.flag("apply_markdown", True)
    message = find(call)
    flags = call.world.flags_for(call.user, message)
    return {
        "message": wire.message(call.world, message, apply_markdown=markdown, flags=flags),
        "raw_content": message.content,
    }


def history(call: Call) -> Answer:
    message = find(call)
    entries: list[dict[str, Any]] = []
    content, rendered, topic = message.content, message.rendered, message.topic
    for edit in message.edits:
        entry = {"topic": topic, "content": content, "rendered_content": rendered, "timestamp": edit["timestamp"]}
        if "prev_content" in edit:
            content, rendered = edit["prev_content"], edit["prev_rendered_content"]
            entry |= {
                "prev_content": content,
                "prev_rendered_content": rendered,
                "content_html_diff": entry["rendered_content"],
            }
        if "prev_topic" in edit:
            topic = edit["prev_topic"]
            entry["prev_topic"] = topic
        entries.append({**entry, "user_id": edit["user_id"]})
    first = {"topic": topic, "content": content, "rendered_content": rendered}
    entries.append({**first, "timestamp": int(message.timestamp), "user_id": message.sender_id})
    return {"message_history": entries[::-1]}


def render_only(call: Call) -> Answer:
    """Render without sending. Nothing is cut here, however long."""
    return {"rendered": render(call.world, call.params.required("content")).html}


def matches_narrow(call: Call) -> Answer:
    numbers = call.params.json("msg_ids", params.list_of(params.integer), required=True)
    wanted = narrow.search(call.world, call.user, narrow.parse(call.params.required("narrow")))
    found = [call.world.messages[number] for number in numbers if number in call.world.messages]
    return {
        "messages": {
            str(m.id): {"match_content": m.rendered, "match_subject": m.topic}
            for m in found
            if m.id in numbers and call.user.id in m.flags and wanted.test(m)
        }
    }


def read_receipts(call: Call) -> Answer:
    message = find(call)
    readers = [user for user, flags in message.flags.items() if "read" in flags and user != message.sender_id]
    return {"user_ids": readers}
