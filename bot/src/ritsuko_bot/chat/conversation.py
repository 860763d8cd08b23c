"""What a call asks of people while it runs, in the place where its command was given."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from mcp_types import ElicitRequestParams, ElicitResult

from ritsuko_bot.access.approval import APPROVAL_WITHIN, Vote
from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.answers.approvals import approval_message
from ritsuko_bot.calls.approval import ApprovalRequest, RequestTooLong
from ritsuko_bot.chat.errors import ChatRefused
from ritsuko_bot.chat.message import APPROVE, REJECT, IncomingMessage, MessageKind, OutgoingMessage
from ritsuko_bot.chat.port import Chat
from ritsuko_bot.chat.reply import Reply
from ritsuko_bot.chat.turns import Turn
from ritsuko_bot.chat.waiting import Ballot, Waiting
from ritsuko_bot.commands import elicitation

logger = logging.getLogger(__name__)

_REPLY_WITHIN = 300.0


class Conversation:
    """The `Dialogue` of the calls of one command.

    `message` is the command and `reply` its answer to be. While people are waited for, the `turn` is left to others.
    """

    def __init__(self, chat: Chat, waiting: Waiting, message: IncomingMessage, reply: Reply, turn: Turn) -> None:
        self._chat = chat
        self._waiting = waiting
        self._message = message
        self._reply = reply
        self._turn = turn

    async def announce(self) -> None:
        """See `Dialogue.announce`."""
        try:
            await self._reply.announce()
        except ChatRefused as error:
            logger.info("could not show in %s that a call is running: %s", self._message.place, error)

    async def elicit(self, server: str, question: ElicitRequestParams) -> ElicitResult:
        """See `Dialogue.elicit`."""
        return await elicitation.elicit(self._ask, server, question)

    async def approve(self, request: ApprovalRequest) -> Vote | None:
        """See `Dialogue.approve`."""
        message = self._question(approval_message(request))
        if not self._chat.fits(message):
            raise RequestTooLong
        try:
            posted = await self._chat.post(message)
        except ChatRefused as error:
            logger.warning("an approval cannot be requested in %s: %s", message.place, error)
            return None
        with self._waiting.votes(posted) as ballots, self._reply.asking():
            async with self._turn.paused():
                try:
                    async with asyncio.timeout(APPROVAL_WITHIN):
                        return await self._first_that(request.decides, posted, ballots)
                except TimeoutError:
                    return None
                except ChatRefused as error:
                    logger.warning("votes cannot be taken in %s: %s", message.place, error)
                    return None

    async def _ask(self, question: Answer) -> str | None:
        """The asker's next message in the place of the command; None if there was none in time."""
        with self._waiting.reply(self._message.place, self._message.author) as reply:
            try:
                await self._chat.post(self._question(question))
            except ChatRefused as error:
                logger.warning("a question cannot be asked in %s: %s", self._message.place, error)
                return None
            with self._reply.asking():
                async with self._turn.paused():
                    await asyncio.wait({reply}, timeout=_REPLY_WITHIN)
            answer = reply.result() if reply.done() else None
        return answer.text if answer is not None else None

    async def _first_that(self, decides: Callable[[Vote], bool], posted: str, ballots: asyncio.Queue[Ballot]) -> Vote:
        for emoji in (APPROVE, REJECT):
            await self._chat.react(posted, emoji)
        # Somebody who was quicker than this is not in the events that are waited for.
        self._waiting.count(posted, await self._chat.reactions(posted))
        while True:
            voter, approved = await ballots.get()
            person = await self._chat.person(voter, now=True)
            if person is not None and decides(vote := Vote(person, approved)):
                return vote

    def _question(self, content: Answer) -> OutgoingMessage:
        return OutgoingMessage(MessageKind.QUESTION, self._message.place, self._message.id, content)
