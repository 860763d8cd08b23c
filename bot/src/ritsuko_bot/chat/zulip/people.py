"""The people who write, looked up and cached, because a message does not say whether its sender is a bot."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from weakref import WeakValueDictionary

from ritsuko_api.identity import User
from ritsuko_bot.access.person import Person
from ritsuko_bot.chat.zulip.api import Group, Groups, Profile, UserAnswer, Wire
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import ZulipError, ZulipRefused

_KNOWN_FOR = 60.0
_REMEMBERED = 10_000
_ROLES = {100: "owner", 200: "administrator", 300: "moderator", 400: "member", 600: "guest"}


class People:
    """Looks people up, and knows them for a minute: a changed role holds after that at the latest. Groups are known
    until an event says that they changed.

    If Zulip refuses the groups, people are not treated as members of no group: a rule may deny by group.
    """

    def __init__(self, client: ZulipClient) -> None:
        self._client = client
        self._known: dict[int, tuple[float, Profile | None]] = {}
        self._groups: Mapping[int, frozenset[str]] | None = None
        self._changes = 0
        self._looking: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._grouping = asyncio.Lock()

    async def person(self, user_id: int, *, now: bool = False) -> Person | None:
        """The person as of the last minute, or as of `now`; None for a bot, and for a sender that Zulip does not know
        (its own notification bot). Raises `ZulipRefused` when the groups are kept from the bot.
        """
        looking = self._looking.setdefault(user_id, asyncio.Lock())
        async with looking:
            time = asyncio.get_running_loop().time()
            known_until, profile = self._known.get(user_id, (0.0, None))
            if now or known_until <= time:
                profile = await self._look_up(user_id)
                self._known[user_id] = (time + _KNOWN_FOR, profile)
                while len(self._known) > _REMEMBERED:
                    del self._known[next(iter(self._known))]
        if profile is None or profile.is_bot:
            return None
        async with self._grouping:
            while (groups := self._groups) is None:
                await self._fetch_groups()
        role = _ROLES.get(profile.role, "member" if profile.role < 600 else "guest")
        email = profile.delivery_email or profile.email
        user = User(id=str(profile.user_id), email=email, role=role)
        return Person(user, profile.full_name, groups.get(profile.user_id, frozenset()))

    def groups_changed(self) -> None:
        """The groups changed, or may have: they are looked up again."""
        self._groups = None
        self._changes += 1

    async def _fetch_groups(self) -> None:
        changes = self._changes
        request: dict[str, object] = {
            "event_types": ["user_group"],
            "fetch_event_types": ["realm_user_groups"],
        }
        answer = await self._client.ask("POST", "register", request, shape=Groups)
        if changes == self._changes:
            self._groups = memberships(answer.realm_user_groups)
        if answer.queue_id is not None:
            # Where this fails, the queue ends by itself after ten minutes.
            with contextlib.suppress(ZulipError):
                await self._client.call("DELETE", "events", {"queue_id": answer.queue_id}, shape=Wire)

    async def _look_up(self, user_id: int) -> Profile | None:
        try:
            return (await self._client.ask("GET", f"users/{user_id}", shape=UserAnswer)).user
        except ZulipRefused:
            return None


def memberships(groups: Sequence[Group]) -> dict[int, frozenset[str]]:
    """The names of the groups that each user belongs to, by subgroups too."""
    by_id = {group.id: group for group in groups}
    names: dict[int, set[str]] = {}
    for group in groups:
        seen, open_groups = {group.id}, [group]
        while open_groups:
            one = open_groups.pop()
            for member in one.members:
                names.setdefault(member, set()).add(group.name)
            below = [by_id[subgroup] for subgroup in one.direct_subgroup_ids if subgroup in by_id]
            open_groups += [subgroup for subgroup in below if subgroup.id not in seen]
            seen.update(subgroup.id for subgroup in below)
    return {member: frozenset(found) for member, found in names.items()}
