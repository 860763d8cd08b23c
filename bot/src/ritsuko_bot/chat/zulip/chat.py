"""Zulip as a `Chat`: own types in, requests to Zulip out."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.chat.message import APPROVE, REJECT, IncomingMessage, MessageKind, OutgoingMessage, Reaction
from ritsuko_bot.chat.place import Place
from ritsuko_bot.chat.zulip.api import OneMessage, Wire
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import ZulipRefused, ZulipUnavailable
from ritsuko_bot.chat.zulip.incoming import incoming, reactions
from ritsuko_bot.chat.zulip.outbox import Outbox
from ritsuko_bot.chat.zulip.people import People
from ritsuko_bot.chat.zulip.place import ZulipPlace, zulip_place
from ritsuko_bot.chat.zulip.reference import marked, room
from ritsuko_bot.chat.zulip.upload import uploaded

logger = logging.getLogger(__name__)

_TYPING_WITHIN = 3.0
_EMOJI_NAMES = {APPROVE: "+1", REJECT: "-1"}


class ZulipChat:
    """One account in one organisation. `message_limit`: the longest message that this Zulip takes, in characters."""

    can_ask = True

    def __init__(self, client: ZulipClient, outbox: Outbox, people: People) -> None:
        self.message_limit = 10_000
        self._client = client
        self._outbox = outbox
        self._people = people

    @property
    def busy(self) -> bool:
        """See `Chat.busy`."""
        return self._client.busy

    async def person(self, person: str, *, now: bool = False) -> Person | None:
        """See `Chat.person`."""
        return await self._people.person(int(person), now=now)

    async def read(self, message: str) -> IncomingMessage | None:
        """See `Chat.read`."""
        try:
            found = await self._read(message)
        except ZulipRefused:
            # It was deleted, or moved to where the bot may not read.
            return None
        return incoming(found.message, me=self._outbox.profile)

    async def post(self, message: OutgoingMessage, *, replace: str | None = None) -> str:
        """See `Chat.post`."""
        place = zulip_place(message.place)
        text = await uploaded(self._outbox, *render(message.content, self._limit(place, message.about)))
        text = marked(text, message.kind, place, int(message.about))
        if replace is not None:
            try:
                await self._outbox.edit(int(replace), text)
            except ZulipRefused as error:
                if message.kind is not MessageKind.ANSWER:
                    raise
                logger.info("the answer is posted as a new message, the running note cannot be edited: %s", error)
            else:
                return replace
        return str(await self._outbox.send(place, text, after=int(message.about)))

    def fits(self, message: OutgoingMessage) -> bool:
        """See `Chat.fits`."""
        limit = self._limit(zulip_place(message.place), message.about)
        return not render(message.content, limit).attachments

    async def react(self, message: str, emoji: str) -> None:
        """See `Chat.react`."""
        await self._outbox.react(int(message), _EMOJI_NAMES[emoji])

    async def reactions(self, message: str) -> Sequence[Reaction]:
        """See `Chat.reactions`."""
        return reactions((await self._read(message)).message.reactions)

    async def typing(self, place: Place, *, on: bool) -> None:
        """See `Chat.typing`. Zulip ends it by itself soon (https://zulip.com/api/set-typing-status)."""
        try:
            request = {"op": "start" if on else "stop", **zulip_place(place).typing()}
            await self._client.call("POST", "typing", request, shape=Wire, within=_TYPING_WITHIN)
        except (ZulipRefused, ZulipUnavailable) as error:
            logger.debug("no typing notification in %s: %s", place, error)

    async def _read(self, message: str) -> OneMessage:
        return await self._client.ask("GET", f"messages/{message}", {"apply_markdown": False}, shape=OneMessage)

    def _limit(self, place: ZulipPlace, about: str) -> int:
        return self.message_limit - room(place, int(about))
