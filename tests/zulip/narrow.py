"""Narrows: which messages a queue or a search lets through.

Two dialects. Queues take lists of string pairs and four operators; a search also takes objects (with ids and `negated`)
and many more. Both refuse what this feature level doesn't know, `channel` among it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.zulip import params
from tests.zulip.errors import ApiError, bad_narrow, invalid
from tests.zulip.queues import NarrowTest
from tests.zulip.world import Channel, Message, User, World

TAKES_ID = {"sender", "stream", "dm-including", "group-pm-with", "id", "near"}
TAKES_IDS = {"dm", "pm-with"}
Test = Callable[[Message], bool]


def for_queue(terms: list[list[str]]) -> NarrowTest | None:
    """A test of message events, from `register`'s narrow."""
    for number, term in enumerate(terms):
        if len(term) != 2:
            raise ApiError(f"narrow[{number}] should have exactly 2 items")
        if term[0] not in ("stream", "topic", "sender", "is"):
            raise ApiError(f"Operator {term[0]} not supported.")
    if not terms:
        return None

    def matches(message: dict[str, Any], flags: list[str]) -> bool:
        return all(_event_matches(operator, operand, message, flags) for operator, operand in terms)

    return matches


def _event_matches(operator: str, operand: str, message: dict[str, Any], flags: list[str]) -> bool:
    if operator == "stream":
        return message["type"] == "stream" and message["display_recipient"].lower() == operand.lower()
    if operator == "topic":
        return message["type"] == "stream" and message["subject"].lower() == operand.lower()
    if operator == "sender":
        return message["sender_email"].lower() == operand.lower()
    if operand in ("dm", "private"):
        return message["type"] == "private"
    if operand == "resolved":
        return message["type"] == "stream" and message["subject"].startswith("✔ ")
    if operand == "unread":
        return "read" not in flags
    if operand in ("mentioned", "alerted"):
        wanted = {"mentioned", "wildcard_mentioned"} if operand == "mentioned" else {"has_alert_word"}
        return bool(wanted & set(flags))
    return operand == "starred" and "starred" in flags


@dataclass(frozen=True)
class Term:
    operator: str
    operand: Any
    negated: bool = False


def parse(raw: str) -> list[Term]:
    """A search's narrow as sent. Whatever isn't a list of string pairs or well-formed objects is refused whole."""
    try:
        data = json.loads(raw)
    except ValueError:
        raise invalid("narrow", raw) from None
    if not isinstance(data, list):
        raise invalid("narrow", raw)
    return [_term(element, raw) for element in data]


def _term(element: Any, raw: str) -> Term:
    if isinstance(element, list):
        if len(element) != 2 or not all(isinstance(part, str) for part in element):
            raise invalid("narrow", raw)
        return Term(element[0], element[1])
    if not isinstance(element, dict):
        raise invalid("narrow", raw)
    for key in ("operator", "operand"):
        if key not in element:
            raise ApiError(f"{key} key is missing from elem")
    operator = params.string('elem["operator"]', element["operator"])
    operand = element["operand"]
    number = isinstance(operand, int) and not isinstance(operand, bool)
    if operator in TAKES_ID:
        if not (number or isinstance(operand, str)):
            raise ApiError('elem["operand"] is not a string or integer')
    elif operator in TAKES_IDS:
        numbers = isinstance(operand, list) and all(isinstance(part, int) for part in operand)
        if not (numbers or isinstance(operand, str)):
            raise ApiError('elem["operand"] is not a string or an integer list')
    else:
        params.string('elem["operand"]', operand)
    return Term(operator, operand, params.boolean('elem["negated"]', element.get("negated", False)))


@dataclass(frozen=True)
class Search:
    """A narrow ready for use: all terms must hold. `channel_history` widens it from what the user received."""

    test: Test
    channel_history: bool


def search(world: World, user: User, terms: list[Term]) -> Search:
    tests: list[Test] = []
    channel_history = False
    for term in terms:
        test = _SEARCHES.get(term.operator)
        if test is None:
            raise bad_narrow(f"unknown operator {term.operator}")
        made = test(world, user, term.operand)
        tests.append(_negated(made) if term.negated else made)
        if term.operator == "stream" and not term.negated:
            channel_history = world.may_see_channel(user, _named_channel(world, term.operand))
        elif term.operator == "streams" and not term.negated:
            channel_history = not user.is_guest
    if any(term.operator == "is" and term.operand != "resolved" for term in terms):
        channel_history = False  # only received messages have flags
    return Search(lambda message: all(test(message) for test in tests), channel_history)


def _negated(test: Test) -> Test:
    return lambda message: not test(message)


def _stream(world: World, user: User, operand: Any) -> Test:
    channel = _named_channel(world, operand)
    return lambda message: message.channel_id == channel.id


def _named_channel(world: World, operand: Any) -> Channel:
    """By name or by number. Any channel may be named: what a user once received stays theirs to search."""
    channel = world.channels.get(operand) if isinstance(operand, int) else world.channel_by_name(operand)
    if channel is None:
        raise bad_narrow(f"unknown stream {operand}")
    return channel


def _streams(world: World, user: User, operand: Any) -> Test:
    if operand not in ("public", "web-public"):
        raise bad_narrow(f"unknown streams operand {operand}")
    public = {c.id for c in world.channels.values() if world.may_see_channel(user, c) and not c.private}
    return lambda message: operand == "public" and message.channel_id in public


def _topic(world: World, user: User, operand: Any) -> Test:
    return lambda message: message.channel_id is not None and message.topic.casefold() == operand.casefold()


def _person(world: World, operand: Any) -> User:
    person = world.users.get(operand) if isinstance(operand, int) else world.user_by_email(operand)
    if person is None:
        raise bad_narrow(f"unknown user {operand}")
    return person


def _sender(world: World, user: User, operand: Any) -> Test:
    sender = _person(world, operand)
    return lambda message: message.sender_id == sender.id


def _direct(world: World, user: User, operand: Any) -> Test:
    parts = operand if isinstance(operand, list) else [part.strip() for part in operand.split(",") if part.strip()]
    people = [world.users.get(part) if isinstance(part, int) else world.user_by_email(part) for part in parts]
    if not people or not all(people):
        raise bad_narrow(f"unknown user in {operand}")
    wanted = tuple(sorted({person.id for person in people if person} | {user.id}))
    return lambda message: message.people == wanted


def _direct_including(world: World, user: User, operand: Any) -> Test:
    person = _person(world, operand)
    return lambda message: person.id in message.people


def _group_including(world: World, user: User, operand: Any) -> Test:
    person = _person(world, operand)
    return lambda message: len(message.people) > 2 and person.id in message.people


def _is(world: World, user: User, operand: Any) -> Test:
    if operand in ("dm", "private"):
        return lambda message: message.channel_id is None
    if operand == "resolved":
        return lambda message: message.topic.startswith("✔ ")
    if operand == "unread":
        return lambda message: "read" not in world.flags_for(user, message)
    flags = {"mentioned": {"mentioned", "wildcard_mentioned"}, "starred": {"starred"}, "alerted": {"has_alert_word"}}
    if operand not in flags:
        raise bad_narrow(f"unknown 'is' operand {operand}")
    return lambda message: bool(flags[operand] & set(world.flags_for(user, message)))


def _has(world: World, user: User, operand: Any) -> Test:
    marks = {
        "link": ("](", "http://", "https://"),
        "attachment": ("/user_uploads/",),
        "image": ("message_inline_image",),
    }
    if operand not in marks:
        raise bad_narrow(f"unknown 'has' operand {operand}")
    return lambda message: any(mark in message.content or mark in message.rendered for mark in marks[operand])


def _in(world: World, user: User, operand: Any) -> Test:
    if operand not in ("home", "all"):
        raise bad_narrow(f"unknown 'in' operand {operand}")
    return lambda message: True


def _id(world: World, user: User, operand: Any) -> Test:
    if not str(operand).isdecimal():
        raise bad_narrow("Invalid message ID")
    return lambda message: message.id == int(operand)


def _near(world: World, user: User, operand: Any) -> Test:
    return lambda message: True


def _words(world: World, user: User, operand: Any) -> Test:
    """Full-text search finds nothing: the recorded server ran without the worker that fills its index."""
    return lambda message: False


_SEARCHES: dict[str, Callable[[World, User, Any], Test]] = {
    "stream": _stream,
    "streams": _streams,
    "topic": _topic,
    "sender": _sender,
    "dm": _direct,
    "pm-with": _direct,
    "dm-including": _direct_including,
    "group-pm-with": _group_including,
    "is": _is,
    "has": _has,
    "in": _in,
    "id": _id,
    "near": _near,
    "search": _words,
}
