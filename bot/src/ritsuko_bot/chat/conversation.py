"""Questions that a command asks while it runs, in the place where it was given."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from mcp_types import ElicitRequestParams, ElicitResult

from ritsuko_bot.access.approval import APPROVAL_WITHIN, Vote
from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.answers.approvals import approval_message
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.calls.approval import ApprovalRequest, RequestTooLong
from ritsuko_bot.chat.place import Place
from ritsuko_bot.chat.reply import Reply
from ritsuko_bot.chat.turns import Turn
from ritsuko_bot.chat.waiting import THUMBS, Ballot, Waiting
from ritsuko_bot.chat.zulip.composing import composed
from ritsuko_bot.chat.zulip.errors import Refused
from ritsuko_bot.chat.zulip.mention import said_to
from ritsuko_bot.chat.zulip.outbox import Outbox
from ritsuko_bot.chat.zulip.people import People
from ritsuko_bot.chat.zulip.reference import Kind, marked, room
from ritsuko_bot.commands import elicitation

logger = logging.getLogger(__name__)

_REPLY_WITHIN = 300.0


class Conversation:
    """The conversation of one command; it is the `Dialogue` of its calls.

    `about` is the id of the message with the command, `limit` the longest message that Zulip takes. While it waits for
    people it leaves its `turn` to others.
    """

    def __init__(
        self,
        outbox: Outbox,
        people: People,
        waiting: Waiting,
        *,
        place: Place,
        asker: Person,
        about: int,
        limit: int,
        reply: Reply,
        turn: Turn,
    ) -> None:
        self._outbox = outbox
        self._people = people
        self._waiting = waiting
        self._place = place
        self._asker = asker
        self._about = about
        self._limit = limit
        self._reply = reply
        self._turn = turn

    async def elicit(self, server: str, question: ElicitRequestParams) -> ElicitResult:
        """See `Dialogue.elicit`."""
        return await elicitation.elicit(self._ask, server, question)

    async def approve(self, request: ApprovalRequest) -> Vote | None:
        """See `Dialogue.approve`."""
        text = approval_message(request)
        if render(text, self._limit - room(self._place, self._about)).attachments:
            raise RequestTooLong
        try:
            message = await self._post(text)
        except Refused as error:
            logger.warning("an approval cannot be asked for in %s: %s", self._place, error)
            return None
        with self._waiting.votes(message) as ballots, self._reply.asking():
            async with self._turn.paused():
                try:
                    async with asyncio.timeout(APPROVAL_WITHIN):
                        return await self._first_that(request.decides, message, ballots)
                except TimeoutError:
                    return None
                except Refused as error:
                    logger.warning("no vote can be taken in %s: %s", self._place, error)
                    return None

    async def _ask(self, question: Answer) -> str | None:
        """The asker's next message in the place of the command; None if there was none in time."""
        with self._waiting.reply(self._place, int(self._asker.user.id)) as reply:
            try:
                await self._post(question)
            except Refused as error:
                logger.warning("a question cannot be asked in %s: %s", self._place, error)
                return None
            with self._reply.asking():
                async with self._turn.paused():
                    await asyncio.wait({reply}, timeout=_REPLY_WITHIN)
            message = reply.result() if reply.done() else None
        if message is None:
            return None
        me = self._outbox.me
        said = said_to(message.content, name=me.full_name, user_id=me.user_id) if me is not None else None
        return message.content if said is None else said

    async def announce(self) -> None:
        """See `Dialogue.announce`."""
        try:
            await self._reply.announce()
        except Refused as error:
            logger.info("could not show in %s that a call is running: %s", self._place, error)

    async def _first_that(self, counts: Callable[[Vote], bool], message: int, ballots: asyncio.Queue[Ballot]) -> Vote:
        for thumb in THUMBS:
            await self._outbox.react(message, thumb)
        # Whoever was quicker than this is not in the events that were waited for.
        self._waiting.count(message, await self._outbox.reactions(message))
        while True:
            voter, approved = await ballots.get()
            person = await self._people.person(voter, now=True)
            if person is not None and counts(vote := Vote(person, approved)):
                return vote

    async def _post(self, text: Answer) -> int:
        content = await composed(self._outbox, text, self._limit - room(self._place, self._about))
        content = marked(content, Kind.QUESTION, self._place, self._about)
        return await self._outbox.send(self._place, content, after=self._about)
