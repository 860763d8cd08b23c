"""Endpoints of channels: what there is, who is subscribed, creating, renaming, archiving."""

from __future__ import annotations

from typing import Any

from tests.zulip import params, wire
from tests.zulip.call import Answer, Call
from tests.zulip.errors import ApiError
from tests.zulip.sending import notify
from tests.zulip.world import Channel, User, World


def visible(world: World, user: User) -> list[Channel]:
    return sorted((c for c in world.channels.values() if world.may_see_channel(user, c)), key=lambda c: c.name.lower())


def listing(call: Call) -> Answer:
    asked = call.params
    public, subscribed = asked.flag("include_public", True), asked.flag("include_subscribed", True)
    everything, default = asked.flag("include_all_active"), asked.flag("include_default")
    asked.accept("include_web_public", "include_owner_subscribed")
    if everything and not call.user.is_admin:
        raise ApiError("User not authorized for this query")
    chosen = [
        c
        for c in sorted(call.world.channels.values(), key=lambda c: c.name.lower())
        if not c.archived
        and (
            everything
            or (subscribed and call.user.id in c.subscribers)
            or (public and not c.private and not call.user.is_guest)
        )
    ]
    forms: list[dict[str, Any]] = []
    for channel in chosen:
        form = {**wire.channel(call.world, channel), "stream_weekly_traffic": None}
        forms.append({**form, "is_default": channel.default} if default else form)
    return {"streams": forms}


def _named(call: Call) -> Channel:
    channel = call.world.channels.get(int(call.args["channel_id"]))
    if channel is None or not call.world.may_see_channel(call.user, channel):
        raise ApiError("Invalid stream ID")
    return channel


def one(call: Call) -> Answer:
    return {"stream": {**wire.channel(call.world, _named(call)), "stream_weekly_traffic": None}}


def members(call: Call) -> Answer:
    return {"subscribers": sorted(_named(call).subscribers)}


def find_id(call: Call) -> Answer:
    name = call.params.required("stream")
    channel = call.world.channel_by_name(name)
    if channel is None or not call.world.may_see_channel(call.user, channel):
        raise ApiError(f"Invalid stream name '{name}'")
    return {"stream_id": channel.id}


def topics(call: Call) -> Answer:
    channel = _named(call)
    newest: dict[str, tuple[str, int]] = {}
    for message in sorted(call.world.messages.values(), key=lambda m: m.id):
        if message.channel_id == channel.id:
            newest[message.topic.casefold()] = (message.topic, message.id)
    listed = sorted(newest.values(), key=lambda entry: -entry[1])
    return {"topics": [{"name": name, "max_id": last} for name, last in listed]}


def subscription_status(call: Call) -> Answer:
    return {"is_subscribed": int(call.args["user"]) in _named(call).subscribers}


def subscriptions(call: Call) -> Answer:
    with_people = call.params.flag("include_subscribers")
    forms: list[dict[str, Any]] = []
    for channel in visible(call.world, call.user):
        if call.user.id in channel.subscribers:
            form = wire.subscription(call.world, channel)
            forms.append({**form, "subscribers": sorted(channel.subscribers)} if with_people else form)
    return {"subscriptions": forms}


def _check_entry(name: str, value: Any) -> dict[str, Any]:
    entry = params.dictionary(name, value)
    if "name" not in entry:
        raise ApiError(f"name key is missing from {name}")
    params.string(f'{name}["name"]', entry["name"])
    return entry


def subscribe(call: Call) -> Answer:
    asked, world = call.params, call.world
    entries = asked.json("subscriptions", params.list_of(_check_entry), required=True)
    private = asked.flag("invite_only")
    principals: list[int | str] = asked.json("principals", params.list_of(lambda _, value: value), [call.user.id])
    asked.accept("announce", "authorization_errors_fatal", "history_public_to_subscribers", "stream_post_policy")
    people = [_principal(world, principal) for principal in principals]
    channels = [world.channel_by_name(entry["name"]) for entry in entries]
    for entry, channel in zip(entries, channels, strict=True):
        if channel is not None and not world.may_see_channel(call.user, channel):
            raise ApiError(f"Unable to access stream ({entry['name']}).")
    subscribed: dict[str, list[str]] = {}
    already: dict[str, list[str]] = {}
    for entry, known in zip(entries, channels, strict=True):
        channel = known or _create(call, entry["name"].strip(), entry.get("description", ""), private, people)
        for person in people:
            if known is not None and person.id in channel.subscribers:
                already.setdefault(person.email, []).append(channel.name)
                continue
            channel.subscribers.add(person.id)
            subscribed.setdefault(person.email, []).append(channel.name)
            _publish_joined(call, channel, person)
    return {"subscribed": subscribed, "already_subscribed": already}


def _principal(world: World, who: int | str) -> User:
    user = world.users.get(who) if isinstance(who, int) else world.user_by_email(str(who))
    if user is None:
        raise ApiError(
            "User not authorized to execute queries on behalf of another", "UNAUTHORIZED_PRINCIPAL", principal=who
        )
    return user


def _create(call: Call, name: str, description: str, private: bool, people: list[User]) -> Channel:
    if not name:
        raise ApiError("Stream name can't be empty!")
    world = call.world
    number = max(world.channels) + 1
    world.next_recipient_id += 1
    created = int(call.server.clock.now())
    channel = Channel(number, name, description, private, date_created=created, recipient_id=world.next_recipient_id)
    channel.subscribers = {person.id for person in people}
    world.channels[number] = channel
    form = {**wire.channel(world, channel), "stream_weekly_traffic": None}
    seers = channel.subscribers if private else {u.id for u in world.users.values() if not u.is_guest}
    call.server.queues.publish({"type": "stream", "op": "create", "streams": [form]}, seers)
    kind = "Private" if private else "Public"
    text = f"**{kind}** stream created by @_**{call.user.full_name}|{call.user.id}**. **Description:**\n"
    notify(call.server, channel, "stream events", f"{text}```` quote\n{description or '*No description.*'}\n````")
    return channel


def _publish_joined(call: Call, channel: Channel, person: User) -> None:
    form = {**wire.subscription(call.world, channel), "subscribers": sorted(channel.subscribers)}
    call.server.queues.publish({"type": "subscription", "op": "add", "subscriptions": [form]}, [person.id])
    _publish_peers(call, channel, person, "peer_add")


def _publish_peers(call: Call, channel: Channel, person: User, op: str) -> None:
    event = {"type": "subscription", "op": op, "stream_ids": [channel.id], "user_ids": [person.id]}
    public = {u.id for u in call.world.users.values() if u.active and not u.is_guest} if not channel.private else set()
    call.server.queues.publish(event, (channel.subscribers | public) - {person.id})


def unsubscribe(call: Call) -> Answer:
    names = call.params.json("subscriptions", params.list_of(params.string), required=True)
    principals: list[int | str] = call.params.json("principals", params.list_of(lambda _, v: v), [call.user.id])
    people = [_principal(call.world, principal) for principal in principals]
    removed: list[str] = []
    absent: list[str] = []
    for name in names:
        channel = call.world.channel_by_name(name)
        if channel is None or not (call.world.may_see_channel(call.user, channel) or call.user.is_admin):
            raise ApiError(f"Stream(s) ({name}) do not exist")
        for person in people:
            if person.id not in channel.subscribers:
                absent.append(channel.name)
                continue
            channel.subscribers.remove(person.id)
            removed.append(channel.name)
            gone = [{"name": channel.name, "stream_id": channel.id}]
            call.server.queues.publish({"type": "subscription", "op": "remove", "subscriptions": gone}, [person.id])
            _publish_peers(call, channel, person, "peer_remove")
    return {"removed": removed, "not_removed": absent}


def update(call: Call) -> Answer:
    """PATCH streams/{id}: name, description, posting policy, privacy."""
    channel = _managed(call)
    new_name, description = call.params.text("new_name"), call.params.text("description")
    policy, private = (
        call.params.json("stream_post_policy", params.integer),
        call.params.json("is_private", params.boolean),
    )
    if new_name is not None:
        old, channel.name = channel.name, new_name.strip()
        _publish_change(call, channel, "name", channel.name, old)
        who = f"@_**{call.user.full_name}|{call.user.id}**"
        notify(call.server, channel, "stream events", f"{who} renamed stream **{old}** to **{channel.name}**.")
    for field, value in (("description", description), ("post_policy", policy), ("private", private)):
        if value is not None:
            setattr(channel, field, value)
            shown = {"post_policy": "stream_post_policy", "private": "invite_only"}.get(field, field)
            _publish_change(call, channel, shown, value, channel.name)
    return {}


def _publish_change(call: Call, channel: Channel, field: str, value: Any, name: str) -> None:
    event = {"op": "update", "type": "stream", "property": field, "value": value, "stream_id": channel.id, "name": name}
    call.server.queues.publish(event, _seers(call.world, channel))


def archive(call: Call) -> Answer:
    channel = _managed(call)
    form = {**wire.channel(call.world, channel), "stream_weekly_traffic": None}
    call.server.queues.publish({"type": "stream", "op": "delete", "streams": [form]}, _seers(call.world, channel))
    channel.archived = True
    channel.subscribers.clear()
    return {}


def _seers(world: World, channel: Channel) -> list[int]:
    return [user.id for user in world.users.values() if world.may_see_channel(user, channel)]


def _managed(call: Call) -> Channel:
    channel = call.world.channels.get(int(call.args["channel_id"]))
    if channel is None or channel.archived:
        raise ApiError("Invalid stream ID")
    if not call.user.is_admin:
        raise ApiError("Must be an organization administrator")
    return channel
