"""Who the people are that ask: looked up once in a while, because a message does not tell a person from a bot."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from ritsuko_api.identity import User
from ritsuko_bot.chat.zulip_api import UserAnswer
from ritsuko_bot.chat.zulip_client import ZulipClient
from ritsuko_bot.chat.zulip_errors import Refused

_KNOWN_FOR = 300.0
_ROLES = {100: "owner", 200: "administrator", 300: "moderator", 400: "member", 600: "guest"}


@dataclass(frozen=True, slots=True)
class Person:
    """A user of the organisation that is not a bot."""

    user: User
    name: str


class People:
    """Looks people up, and knows each for five minutes: a changed role holds after that time at the latest."""

    def __init__(self, client: ZulipClient) -> None:
        self._client = client
        self._known: dict[int, tuple[float, Person | None]] = {}

    async def person(self, user_id: int) -> Person | None:
        """The person; None for a bot, and for a sender that Zulip does not know (its own notification bot)."""
        now = asyncio.get_running_loop().time()
        known = self._known.get(user_id)
        if known is not None and known[0] > now:
            return known[1]
        person = await self._look_up(user_id)
        self._known[user_id] = (now + _KNOWN_FOR, person)
        return person

    async def _look_up(self, user_id: int) -> Person | None:
        try:
            profile = (await self._client.ask("GET", f"users/{user_id}", shape=UserAnswer)).user
        except Refused:
            return None
        if profile.is_bot:
            return None
        role = _ROLES.get(profile.role, "member" if profile.role < 600 else "guest")
        email = profile.delivery_email or profile.email
        return Person(User(id=profile.user_id, email=email, role=role), profile.full_name)
