"""Endpoints of emoji reactions."""

from __future__ import annotations

from tests.zulip import emoji
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError
from tests.zulip.reading import find
from tests.zulip.world import HISTORICAL, Message, Reaction


def add(call: Call) -> Answer:
    name, given_code = call.params.required("emoji_name"), call.params.text("emoji_code")
    given_kind = call.params.text("reaction_type")
    message = find(call)
    code, kind = emoji.identify(name, given_code, given_kind)
    if _own(call, message, code, kind) is not None:
        raise ApiError("Reaction already exists.", "REACTION_ALREADY_EXISTS")
    earlier = next((r for r in message.reactions if (r.emoji_code, r.reaction_type) == (code, kind)), None)
    if given_code is not None and earlier is None:
        _check_pair(name, code)
    reaction = Reaction(call.user.id, earlier.emoji_name if earlier else name, code, kind)
    message.reactions.append(reaction)
    message.flags.setdefault(call.user.id, set(HISTORICAL))
    _publish(call, message, reaction, "add")
    return {}


def remove(call: Call) -> Answer:
    name, code = call.params.text("emoji_name"), call.params.text("emoji_code")
    kind = call.params.text("reaction_type")
    if name is None and code is None:
        raise ApiError("At least one of the following arguments must be present: emoji_name, emoji_code")
    message = find(call)
    code, kind = emoji.identify(name, code, kind)
    reaction = _own(call, message, code, kind)
    if reaction is None:
        raise ApiError("Reaction doesn't exist.", "REACTION_DOES_NOT_EXIST")
    message.reactions.remove(reaction)
    _publish(call, message, reaction, "remove")
    return {}


def _check_pair(name: str, code: str) -> None:
    if name in emoji.EXTRA:
        return
    if name not in emoji.CODES:
        raise ApiError(f"Emoji '{name}' does not exist")
    if emoji.CODES[name] != code:
        raise ApiError("Invalid emoji name.")


def _own(call: Call, message: Message, code: str, kind: str) -> Reaction | None:
    wanted = (call.user.id, code, kind)
    return next((r for r in message.reactions if (r.user_id, r.emoji_code, r.reaction_type) == wanted), None)


def _publish(call: Call, message: Message, reaction: Reaction, op: str) -> None:
    people = set(message.flags)
    if message.channel_id is not None:
        people |= call.world.channels[message.channel_id].subscribers
    user = call.user
    call.server.queues.publish(
        {
            "type": "reaction",
            "op": op,
            "user_id": user.id,
            "user": {"user_id": user.id, "email": user.email, "full_name": user.full_name},
            "message_id": message.id,
            "emoji_name": reaction.emoji_name,
            "emoji_code": reaction.emoji_code,
            "reaction_type": reaction.reaction_type,
        },
        people,
    )
