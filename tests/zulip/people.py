"""Endpoints of people: users and roles, bots, groups, presence, and the realm's settings."""

from __future__ import annotations

from typing import Any

from tests.zulip import params, wire
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError
from tests.zulip.seed import static_state
from tests.zulip.server import VERSION_FIELDS
from tests.zulip.world import User

NOT_FOR_BOTS = "This endpoint does not accept bot requests."


def server_settings(call: Call) -> Answer:
    realm = call.world.realm
    return {
        **static_state()["server_settings"],
        **VERSION_FIELDS,
        "push_notifications_enabled": True,
        "is_incompatible": False,
        "email_auth_enabled": True,
        "require_email_format_usernames": True,
        "realm_uri": call.site,
        "realm_name": realm["name"],
        "realm_icon": realm["icon_url"],
        "realm_description": f"<p>{realm['description']}</p>",
        "realm_web_public_access_enabled": False,
    }


def listing(call: Call) -> Answer:
    gravatar = call.params.flag("client_gravatar", True)
    profile = call.params.flag("include_custom_profile_fields")
    people = sorted((u for u in call.world.users.values() if not u.system), key=lambda user: user.email)
    return {"members": [wire.user(p, gravatar_by_client=gravatar, profile=profile) for p in people]}


def me(call: Call) -> Answer:
    form = wire.user(call.user, gravatar_by_client=False, profile=True)
    return {**form, "max_message_id": call.world.last_received(call.user)}


def one(call: Call) -> Answer:
    gravatar = call.params.flag("client_gravatar", True)
    profile = call.params.flag("include_custom_profile_fields")
    return {"user": wire.user(_named(call), gravatar_by_client=gravatar, profile=profile)}


def _named(call: Call) -> User:
    """The user a path names by id or address."""
    who = call.args["user"]
    user = call.world.users.get(int(who)) if who.isdecimal() else call.world.user_by_email(who)
    if user is None or user.system:
        raise ApiError("No such user")
    return user


def leave(call: Call) -> Answer:
    """DELETE users/me."""
    _humans_only(call)
    call.user.active = False
    return {}


def deactivate(call: Call) -> Answer:
    return _set_active(call, False)


def reactivate(call: Call) -> Answer:
    return _set_active(call, True)


def _set_active(call: Call, active: bool) -> Answer:
    _admins_only(call)
    user = _named(call)
    user.active = active
    everyone = [u.id for u in call.world.users.values() if u.active]
    person = {"user_id": user.id, "is_active": active}
    call.server.queues.publish({"type": "realm_user", "op": "update", "person": person}, everyone)
    channels = [c.id for c in call.world.channels.values() if user.id in c.subscribers and not c.private]
    if active and channels:
        event = {"type": "subscription", "op": "peer_add", "stream_ids": channels, "user_ids": [user.id]}
        call.server.queues.publish(event, [u for u in everyone if u != user.id])
    if not active:
        call.server.queues.expire(user.id)
    return {}


def update(call: Call) -> Answer:
    """PATCH users/{id}: name and role, by an administrator."""
    _admins_only(call)
    user = _named(call)
    name, role = call.params.json("full_name", params.string), call.params.json("role", params.integer)
    everyone = [u.id for u in call.world.users.values() if u.active]
    for field, value in (("full_name", name), ("role", role)):
        if value is not None:
            setattr(user, field, value)
            person = {"user_id": user.id, field: value}
            call.server.queues.publish({"type": "realm_user", "op": "update", "person": person}, everyone)
    return {}


def update_bot(call: Call) -> Answer:
    """PATCH bots/{id}: only its owner can be changed here."""
    _admins_only(call)
    owner = call.params.json("bot_owner_id", params.integer)
    bot = _named(call)
    if owner is not None:
        if owner not in call.world.users:
            raise ApiError("Failed to change owner, no such user")
        bot.owner_id = owner
    return {}


def _admins_only(call: Call) -> None:
    if not call.user.is_admin:
        raise ApiError("Must be an organization administrator", "UNAUTHORIZED_PRINCIPAL")


def _humans_only(call: Call) -> None:
    if call.user.is_bot:
        raise ApiError(NOT_FOR_BOTS)


def bots(call: Call) -> Answer:
    _humans_only(call)
    owned = [u for u in call.world.users.values() if u.owner_id == call.user.id]
    return {
        "bots": [
            {"username": b.email, "full_name": b.full_name, "api_key": b.api_key, "avatar_url": b.avatar} for b in owned
        ]
    }


def groups(call: Call) -> Answer:
    _humans_only(call)
    return {"user_groups": [wire.group(group) for group in call.world.groups.values()]}


def group_members(call: Call) -> Answer:
    _humans_only(call)
    group = call.world.groups.get(int(call.args["group_id"]))
    if group is None:
        raise ApiError("Invalid user group")
    return {"members": group.members}


def set_status(call: Call) -> Answer:
    call.params.text("status_text")
    _humans_only(call)
    return {}


def realm_presence(call: Call) -> Answer:
    return {"presences": {}, "server_timestamp": call.server.clock.now()}


def presence(call: Call) -> Answer:
    user = _named(call)
    if user.is_bot:
        raise ApiError("Presence is not supported for bot users.")
    raise ApiError(f"No presence data for {call.args['user']}")


def attachments(call: Call) -> Answer:
    owned = [wire.attachment(call.world, file) for file in call.world.files.values() if file.owner_id == call.user.id]
    used = sum(len(file.data) for file in call.world.files.values())
    return {"attachments": [entry["attachment"] for entry in owned], "upload_space_used": used}


def alert_words(call: Call) -> Answer:
    return {"alert_words": []}


def realm_emoji(call: Call) -> Answer:
    return {"emoji": {}}


def linkifiers(call: Call) -> Answer:
    return {"linkifiers": []}


def profile_fields(call: Call) -> Answer:
    return {"custom_fields": []}


def zcommand(call: Call) -> Answer:
    command = call.params.required("command")
    if command != "/ping":
        raise ApiError(f"No such command: {command.lstrip('/')}")
    return {}


def update_realm(call: Call) -> Answer:
    """PATCH realm: any setting this realm has, its value as JSON, or text as it is; "unlimited" lifts a limit."""
    _admins_only(call)
    changed: dict[str, Any] = {}
    for name, usual in static_state()["realm"].items():
        short = name.removeprefix("realm_")
        if short in call.params.values:
            changed[short] = _setting(call, short, usual)
    call.world.realm.update(changed)
    return {}


def _setting(call: Call, name: str, usual: Any) -> Any:
    text = call.params.required(name)
    if isinstance(usual, str):
        return text
    if name.endswith("_limit_seconds") and text.strip('"') == "unlimited":
        return None
    kinds: dict[type, params.Check] = {bool: params.boolean, int: params.integer}
    return call.params.json(name, kinds.get(type(usual), lambda _, value: value))
