"""The world a fresh server starts from: the realm "Zulip Dev" in which the contract was recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.zulip.clock import Clock
from tests.zulip.world import ADMIN, GENERIC_BOT, GUEST, INCOMING_WEBHOOK, MODERATOR, OWNER, Channel, Group, User, World

STATIC_STATE = Path(__file__).parent / "realm.json"
NOTIFICATION_BOT = 4
BOT = 14


def static_state() -> dict[str, dict[str, Any]]:
    """The parts of `register`'s answer that no rule here changes, by the event type that fetches them."""
    return json.loads(STATIC_STATE.read_text())


def _people() -> list[User]:
    people = [
        User(1, "emailgateway@zulip.com", "Email Gateway", bot_type=GENERIC_BOT, system=True),
        User(NOTIFICATION_BOT, "notification-bot@zulip.com", "Notification Bot", bot_type=GENERIC_BOT, system=True),
        User(5, "welcome-bot@zulip.com", "Welcome Bot", bot_type=GENERIC_BOT, system=True),
        User(6, "desdemona@zulip.com", "Desdemona", OWNER),
        User(7, "iago@zulip.com", "Iago", ADMIN),
        User(8, "shiva@zulip.com", "Shiva", MODERATOR),
        User(9, "hamlet@zulip.com", "King Hamlet"),
        User(10, "cordelia@zulip.com", "Cordelia, Lear's daughter"),
        User(11, "othello@zulip.com", "Othello, the Moor of Venice"),
        User(12, "polonius@zulip.com", "Polonius", GUEST),
        User(13, "aaron@zulip.com", "Aaron (to be deactivated)"),
        User(BOT, "ritsuko-bot@zulipdev.com", "Ritsuko", bot_type=GENERIC_BOT, owner_id=7),
        User(15, "otherbot-bot@zulipdev.com", "Other Bot", bot_type=GENERIC_BOT, owner_id=7),
        User(16, "hookbot-bot@zulipdev.com", "Hook Bot", bot_type=INCOMING_WEBHOOK, owner_id=7),
    ]
    people += [User(number, f"dummy{number - 17}@zulip.com", f"Dummy {number - 17}") for number in range(17, 34)]
    for user in people:
        user.recipient_id = user.id + 7 if user.id >= BOT else user.id + 3
    return people


def _channels() -> list[Channel]:
    welcome = "Everyone is added to this stream by default. Welcome! :octopus:"
    channels = [
        Channel(2, "general", welcome, default=True, subscribers={6, 7, 8, 9, 10, 11, 12}),
        Channel(3, "core team", "A private stream for core team members.", private=True, subscribers={6}),
        Channel(4, "ops", "operations channel", subscribers={7, 9, 10, 11, 12, BOT}),
        Channel(5, "random", "bot is not here", subscribers={7, 9, 10, 11}),
        Channel(6, "secret", "private channel", private=True, subscribers={7, 9}),
        Channel(7, "café ☕ chat", "unicode name", subscribers={7, 9, 10, 11, BOT, 15}),
        Channel(8, "announce", "admins post", post_policy=2, subscribers={7, BOT}),
        Channel(9, "big", subscribers={9, 11, BOT, *range(17, 34)}),
    ]
    for channel in channels:
        channel.recipient_id = channel.id + 13 if channel.id <= 7 else channel.id + 34
    return channels


def _groups(people: list[User]) -> list[Group]:
    ours = [user for user in people if not user.system]

    def having(*roles: int) -> list[int]:
        return [user.id for user in ours if user.role in roles]

    members = [user.id for user in ours if user.role not in (OWNER, ADMIN, MODERATOR, GUEST)]
    return [
        Group(17, "role:nobody", "Nobody", [], [], True, 17),
        Group(18, "role:owners", "Owners of this organization", having(OWNER), [], True, 17),
        Group(
            19,
            "role:administrators",
            "Administrators of this organization, including owners",
            having(ADMIN),
            [18],
            True,
            17,
        ),
        Group(
            20,
            "role:moderators",
            "Moderators of this organization, including administrators",
            having(MODERATOR),
            [19],
            True,
            17,
        ),
        Group(
            21,
            "role:fullmembers",
            "Members of this organization, not including new accounts and guests",
            members,
            [20],
            True,
            17,
        ),
        Group(22, "role:members", "Members of this organization, not including guests", members, [21], True, 17),
        Group(23, "role:everyone", "Everyone in this organization, including guests", having(GUEST), [22], True, 17),
        Group(24, "role:internet", "Everyone on the Internet", [], [23], True, 17),
        Group(25, "oncall", "", [9, 10], [], False, 23),
    ]


def recorded_world(clock: Clock) -> World:
    people = _people()
    static = static_state()["realm"]
    realm = {name.removeprefix("realm_"): value for name, value in static.items() if name.startswith("realm_")}
    realm["max_file_upload_size_mib"] = static["max_file_upload_size_mib"]
    return World(
        clock=clock,
        users={user.id: user for user in people},
        channels={channel.id: channel for channel in _channels()},
        groups={group.id: group for group in _groups(people)},
        realm=realm,
    )
