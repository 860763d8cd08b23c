"""Endpoints of event queues: register, with the state it fetches; poll; delete."""

from __future__ import annotations

from typing import Any

from tests.zulip import narrow, params, wire
from tests.zulip.call import Answer, Call
from tests.zulip.channels import visible
from tests.zulip.errors import ApiError
from tests.zulip.queues import IDLE_SECONDS, LONGEST_LIFESPAN, EventQueue
from tests.zulip.seed import static_state
from tests.zulip.server import VERSION_FIELDS
from tests.zulip.world import MODERATOR, OWNER, World

QUEUE_STRINGS = params.list_of(params.string)


def _new_queue(call: Call) -> EventQueue:
    asked = call.params
    all_public_streams = asked.flag("all_public_streams")
    if all_public_streams and call.user.is_guest:
        raise ApiError("User not authorized for this query")
    terms = asked.json("narrow", params.list_of(params.list_of(params.string)), [])
    lifespan = float(asked.json("queue_lifespan_secs", params.integer, 0)) or IDLE_SECONDS
    capabilities = asked.json("client_capabilities", params.dictionary, {})
    return EventQueue(
        user_id=call.user.id,
        created=call.server.clock.now(),
        event_types=asked.json("event_types", QUEUE_STRINGS),
        narrow=narrow.for_queue(terms),
        all_public_streams=all_public_streams,
        apply_markdown=asked.flag("apply_markdown", False),
        client_gravatar=asked.flag("client_gravatar", True),
        bulk_deletion=bool(capabilities.get("bulk_message_deletion", False)),
        lifespan=min(lifespan, LONGEST_LIFESPAN),
    )


def register(call: Call) -> Answer:
    asked = call.params
    queue = _new_queue(call)
    wanted = asked.json("fetch_event_types", QUEUE_STRINGS)
    asked.accept("slim_presence", "include_subscribers")
    if wanted is None:
        wanted = queue.event_types
    call.server.queues.add(queue)
    state = _state(call, wanted)
    return {"queue_id": queue.id, **VERSION_FIELDS, **state, "last_event_id": -1}


def _state(call: Call, wanted: list[str] | None) -> dict[str, Any]:
    """What the event types in `wanted` are about, as of now. None fetches everything."""
    found: dict[str, Any] = {}
    static = static_state()
    del static["server_settings"]
    for event_type in [*static, *_LIVE]:
        if wanted is None or event_type in wanted:
            found |= _LIVE[event_type](call) if event_type in _LIVE else static[event_type]
    return found


def _message(call: Call) -> dict[str, Any]:
    return {"max_message_id": call.world.last_received(call.user)}


def _presence(call: Call) -> dict[str, Any]:
    return {"presences": {}, "server_timestamp": call.server.clock.now()}


def _realm(call: Call) -> dict[str, Any]:
    state = dict(static_state()["realm"])
    state |= {f"realm_{name}": value for name, value in call.world.realm.items() if f"realm_{name}" in state}
    return {**state, "realm_uri": call.site, "server_generation": call.server.queues.generation}


def _people(call: Call) -> dict[str, Any]:
    ours = [u for u in call.world.users.values() if not u.system]
    user = call.user
    return {
        "realm_users": [wire.user(u, profile=True, active=False) for u in ours if u.active],
        "realm_non_active_users": [wire.user(u, profile=True, active=False) for u in ours if not u.active],
        "cross_realm_bots": [wire.user(u, gravatar_by_client=False) for u in call.world.users.values() if u.system],
        "avatar_source": "G",
        "avatar_url_medium": user.avatar.replace("&version", "&s=500&version"),
        "avatar_url": user.avatar,
        "can_create_private_streams": not user.is_guest,
        "can_create_public_streams": not user.is_guest,
        "can_create_streams": not user.is_guest,
        "can_create_web_public_streams": False,
        "can_subscribe_other_users": not user.is_guest,
        "can_invite_others_to_realm": not user.is_guest,
        "is_admin": user.is_admin,
        "is_owner": user.role == OWNER,
        "is_moderator": user.role == MODERATOR,
        "is_guest": user.is_guest,
        "is_billing_admin": False,
        "user_id": user.id,
        "email": user.email,
        "delivery_email": user.email,
        "full_name": user.full_name,
    }


def _groups(call: Call) -> dict[str, Any]:
    return {"realm_user_groups": [wire.group(group) for group in call.world.groups.values()]}


def _channel_lists(call: Call) -> dict[str, Any]:
    world, user = call.world, call.user
    capabilities = call.params.json("client_capabilities", params.dictionary, {})
    notify = None if capabilities.get("notification_settings_null") else False
    with_people = call.params.flag("include_subscribers")
    subscribed: list[dict[str, Any]] = []
    never: list[dict[str, Any]] = []
    for channel in visible(world, user):
        people = {"subscribers": sorted(channel.subscribers)} if with_people else {}
        if user.id in channel.subscribers:
            subscribed.append({**wire.subscription(world, channel, notify=notify), **people})
        else:
            never.append({**wire.channel(world, channel), "stream_weekly_traffic": None, **people})
    return {"subscriptions": subscribed, "unsubscribed": [], "never_subscribed": never}


def _streams(call: Call) -> dict[str, Any]:
    seen = visible(call.world, call.user)
    return {"streams": [{**wire.channel(call.world, c), "stream_weekly_traffic": None} for c in seen]}


def _default_streams(call: Call) -> dict[str, Any]:
    chosen = [c for c in visible(call.world, call.user) if c.default]
    return {"realm_default_streams": [wire.channel(call.world, c) for c in chosen]}


def _unread(call: Call) -> dict[str, Any]:
    world: World = call.world
    me = call.user.id
    unread = [m for m in world.messages.values() if me in m.flags and "read" not in m.flags[me]]
    topics: dict[tuple[int, str], list[int]] = {}
    pairs: dict[int, list[int]] = {}
    huddles: dict[tuple[int, ...], list[int]] = {}
    for message in unread:
        if message.channel_id is not None:
            topics.setdefault((message.channel_id, message.topic), []).append(message.id)
        elif len(message.people) <= 2:
            other = next((person for person in message.people if person != me), me)
            pairs.setdefault(other, []).append(message.id)
        else:
            huddles.setdefault(message.people, []).append(message.id)
    mentioned = {"mentioned", "stream_wildcard_mentioned"}
    return {
        "unread_msgs": {
            "pms": [
                {"other_user_id": other, "sender_id": other, "unread_message_ids": ids} for other, ids in pairs.items()
            ],
            "streams": [
                {"stream_id": channel, "topic": topic, "unread_message_ids": ids}
                for (channel, topic), ids in topics.items()
            ],
            "huddles": [
                {"user_ids_string": ",".join(map(str, people)), "unread_message_ids": ids}
                for people, ids in huddles.items()
            ],
            "mentions": [m.id for m in unread if m.flags[me] & mentioned],
            "count": len(unread),
            "old_unreads_missing": False,
        }
    }


_LIVE = {
    "message": _message,
    "presence": _presence,
    "realm": _realm,
    "realm_user": _people,
    "realm_user_groups": _groups,
    "subscription": _channel_lists,
    "stream": _streams,
    "default_streams": _default_streams,
    "update_message_flags": _unread,
}


async def poll(call: Call) -> Answer:
    asked, queues = call.params, call.server.queues
    queue_id = asked.text("queue_id")
    last_event_id = asked.json("last_event_id", params.integer)
    dont_block = asked.flag("dont_block")
    fresh = _new_queue(call)
    if queue_id is None:
        if not dont_block:
            raise ApiError("Missing 'queue_id' argument")
        queues.add(fresh)
        return {"events": [], "queue_id": fresh.id}
    if last_event_id is None:
        raise ApiError("Missing 'last_event_id' argument")
    queue = queues.get(call.user.id, queue_id)
    queue.last_seen = call.server.clock.now()
    queue.acknowledge(last_event_id)
    queue.finish_poll(displaced=True)
    if dont_block or not queue.empty:
        return {"events": queue.contents()}
    ignored = asked.ignored()
    call.blocked = True
    events = await queues.poll(queue, call.hung_up)
    answer: dict[str, Any] = {"events": events, "queue_id": queue.id}
    return {**answer, "ignored_parameters_unsupported": ignored} if ignored else answer


def delete(call: Call) -> Answer:
    call.server.queues.delete(call.user.id, call.params.required("queue_id"))
    return {}
