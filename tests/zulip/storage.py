"""Endpoints of bot storage: strings by key, 10,000,000 characters in all."""

from __future__ import annotations

from tests.zulip import params
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError, server_error

QUOTA = 10_000_000


def get(call: Call) -> Answer:
    stored = call.world.storage.get(call.user.id, {})
    keys = call.params.json("keys", params.list_of(params.string))
    if keys is None:
        return {"storage": stored}
    if any(key not in stored for key in keys):
        raise ApiError("Key does not exist.")
    return {"storage": {key: stored[key] for key in keys}}


def put(call: Call) -> Answer:
    new = call.params.json("storage", params.string_dictionary, required=True)
    if any("\x00" in part for pair in new.items() for part in pair):
        raise server_error()  # PostgreSQL refuses NUL
    stored = call.world.storage.get(call.user.id, {})
    merged = {**stored, **new}
    size = sum(len(key) + len(value) for key, value in merged.items())
    if size > QUOTA:
        raise ApiError(f"Request exceeds storage limit by {size - QUOTA} characters. The limit is {QUOTA} characters.")
    call.world.storage[call.user.id] = merged
    return {}


def delete(call: Call) -> Answer:
    stored = call.world.storage.get(call.user.id, {})
    keys = call.params.json("keys", params.list_of(params.string))
    for key in list(stored) if keys is None else keys:
        if key not in stored:
            raise ApiError("Key does not exist.")
        del stored[key]
    return {}
