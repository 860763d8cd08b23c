"""Every path of the server and what answers it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.zulip import (
    channels,
    editing,
    files,
    flags,
    people,
    posting,
    reactions,
    reading,
    registration,
    storage,
    typing_status,
)
from tests.zulip.call import Endpoint


@dataclass(frozen=True)
class Route:
    path: re.Pattern[str]
    endpoints: dict[str, Endpoint]
    anonymous: bool = False
    """Open to callers without a key, who are then limited by address."""
    limited: bool = True
    """Counted, with rate headers on the answer."""
    event_server: bool = False

    @property
    def methods(self) -> list[str]:
        return [*self.endpoints, *(["HEAD"] if "GET" in self.endpoints else [])]


def _api(path: str, **endpoints: Endpoint) -> Route:
    return Route(re.compile("/api/v1/" + path), endpoints)


ROUTES = [
    Route(re.compile("/api/v1/server_settings"), {"GET": people.server_settings}, anonymous=True),
    Route(
        re.compile("/api/v1/events"),
        {"GET": registration.poll, "DELETE": registration.delete},
        event_server=True,
    ),
    _api("register", POST=registration.register),
    _api("messages", GET=reading.fetch, POST=posting.post),
    _api("messages/render", POST=reading.render_only),
    _api("messages/flags", POST=flags.update),
    _api("messages/matches_narrow", GET=reading.matches_narrow),
    _api(r"messages/(?P<message_id>\d+)", GET=reading.fetch_one, PATCH=editing.edit, DELETE=editing.delete),
    _api(r"messages/(?P<message_id>\d+)/history", GET=reading.history),
    _api(r"messages/(?P<message_id>\d+)/read_receipts", GET=reading.read_receipts),
    _api(r"messages/(?P<message_id>\d+)/reactions", POST=reactions.add, DELETE=reactions.remove),
    _api("mark_all_as_read", POST=flags.mark_all_as_read),
    _api("mark_stream_as_read", POST=flags.mark_channel_as_read),
    _api("mark_topic_as_read", POST=flags.mark_topic_as_read),
    _api("typing", POST=typing_status.post),
    _api("user_uploads", POST=files.upload),
    _api("attachments", GET=people.attachments),
    _api("users/me/alert_words", GET=people.alert_words),
    _api("bot_storage", PUT=storage.put, GET=storage.get, DELETE=storage.delete),
    _api("users", GET=people.listing),
    _api("users/me", GET=people.me, DELETE=people.leave),
    _api("users/me/status", POST=people.set_status),
    _api(
        "users/me/subscriptions",
        GET=channels.subscriptions,
        POST=channels.subscribe,
        DELETE=channels.unsubscribe,
    ),
    _api(r"users/me/(?P<channel_id>\d+)/topics", GET=channels.topics),
    _api(r"users/(?P<user>\d+)/subscriptions/(?P<channel_id>\d+)", GET=channels.subscription_status),
    _api(r"users/(?P<user>\d+)/reactivate", POST=people.reactivate),
    _api(r"users/(?P<user>\d+)", GET=people.one, PATCH=people.update, DELETE=people.deactivate),
    _api("users/(?P<user>[^/]+)/presence", GET=people.presence),
    _api("users/(?P<user>[^/]+)", GET=people.one),
    _api("bots", GET=people.bots),
    _api(r"bots/(?P<user>\d+)", PATCH=people.update_bot),
    _api("user_groups", GET=people.groups),
    _api(r"user_groups/(?P<group_id>\d+)/members", GET=people.group_members),
    _api("streams", GET=channels.listing),
    _api(r"streams/(?P<channel_id>\d+)", GET=channels.one, PATCH=channels.update, DELETE=channels.archive),
    _api(r"streams/(?P<channel_id>\d+)/members", GET=channels.members),
    _api("get_stream_id", GET=channels.find_id),
    _api("realm", PATCH=people.update_realm),
    _api("realm/emoji", GET=people.realm_emoji),
    _api("realm/linkifiers", GET=people.linkifiers),
    _api("realm/presence", GET=people.realm_presence),
    _api("realm/profile_fields", GET=people.profile_fields),
    _api("zcommand", POST=people.zcommand),
    Route(re.compile("/api/v1/user_uploads/(?P<path>.+)"), {"GET": files.temporary_address}, limited=False),
    Route(
        re.compile("/user_uploads/temporary/(?P<token>[0-9A-F]+)/[^/]+"),
        {"GET": files.fetch_temporary},
        anonymous=True,
        limited=False,
    ),
    Route(
        re.compile("/user_uploads/(?P<download>download/)?(?P<path>.+)"),
        {"GET": files.fetch},
        anonymous=True,
        limited=False,
    ),
]


def find(path: str) -> tuple[Route, dict[str, str]] | None:
    """The route of a path and what its placeholders stand for. Doubled slashes are one; a trailing one fits nothing."""
    path = re.sub("/{2,}", "/", path)
    for route in ROUTES:
        match = route.path.fullmatch(path)
        if match:
            return route, {name: value for name, value in match.groupdict().items() if value is not None}
    return None
