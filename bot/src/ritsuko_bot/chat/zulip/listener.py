"""Hears every message that reaches the bot: from an event queue, and from history for the time without one."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass

from ritsuko_bot.chat.answering import Answering
from ritsuko_bot.chat.message import MessageKind
from ritsuko_bot.chat.zulip.api import EmojiReaction, Event, Events, Message, Registered
from ritsuko_bot.chat.zulip.chat import ZulipChat
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import ZulipRefused, ZulipUnavailable
from ritsuko_bot.chat.zulip.history import asked_since, replies_since
from ritsuko_bot.chat.zulip.incoming import edit, incoming, reactions
from ritsuko_bot.chat.zulip.outbox import Outbox
from ritsuko_bot.chat.zulip.people import People
from ritsuko_bot.chat.zulip.position_storage import PositionStorage
from ritsuko_bot.chat.zulip.reference import reference
from ritsuko_bot.chat.zulip.status import ZulipStatus
from ritsuko_common.backoff import Backoff

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _Queue:
    id: str
    last_event: int
    answers_within: float


class Listener:
    """Owns the event queue."""

    def __init__(
        self,
        client: ZulipClient,
        status: ZulipStatus,
        storage: PositionStorage,
        outbox: Outbox,
        people: People,
        chat: ZulipChat,
    ) -> None:
        self._client = client
        self._status = status
        self._storage = storage
        self._outbox = outbox
        self._people = people
        self._chat = chat
        self._resumed = False

    async def run(self, answering: Answering) -> None:
        """Tells `answering` of everything, until cancelled. Whatever Zulip does, this goes on.

        After a queue was lost the messages of the time without one come first; some of them may come twice.
        """
        backoff = Backoff(0.2, 15.0)
        queue: _Queue | None = None
        failures = 0
        while True:
            try:
                if queue is None:
                    queue = await self._open(answering)
                await self._poll(queue, answering)
            except ZulipRefused as error:
                failures += 1
                if queue is None:
                    self._status.down(refusal(error, self._client))
                else:
                    # Almost always BAD_EVENT_QUEUE_ID; but any refusal means that this queue is unusable.
                    logger.info("the event queue has expired, opening a new one: %s", error)
                    queue = self._outbox.queue_id = None
                await asyncio.sleep(backoff.next())
            except ZulipUnavailable as error:
                failures += 1
                # A proxy that cuts a long poll now and then is normal: the queue still exists and is polled again.
                if queue is None or failures > 1:
                    self._status.down(str(error))
                await asyncio.sleep(error.retry_after or backoff.next())
            else:
                failures = 0
                backoff.reset()
                self._status.up()

    async def _open(self, answering: Answering) -> _Queue:
        """A new queue, after everything that was missed before it began was heard.

        The queue comes first: messages sent after the history was read are then in the queue.
        """
        me = self._outbox.me = await self._client.connect()
        if self._storage.through is None:
            await self._storage.load()
        request: dict[str, object] = {
            "event_types": ["message", "reaction", "update_message", "user_group"],
            "fetch_event_types": ["realm", "message"],
            "apply_markdown": False,
        }
        registered = await self._client.call("POST", "register", request, shape=Registered)
        self._chat.message_limit = registered.max_message_length
        through = self._storage.through
        self._people.groups_changed()
        if through is None:
            await self._storage.start(registered.max_message_id)
        else:
            if not self._resumed:
                answering.resume(await replies_since(self._client, me, through))
            for message in await asked_since(self._client, through):
                self._hear(message, answering)
            await answering.catch_up()
        self._resumed = True
        self._outbox.queue_id = registered.queue_id
        self._status.up()
        return _Queue(registered.queue_id, registered.last_event_id, registered.longpoll_seconds)

    async def _poll(self, queue: _Queue, answering: Answering) -> None:
        request: dict[str, object] = {"queue_id": queue.id, "last_event_id": queue.last_event}
        answer = await self._client.poll(request, shape=Events, within=queue.answers_within)
        for event in answer.events:
            queue.last_event = max(queue.last_event, event.id)
            self._tell(event, answering)

    def _tell(self, event: Event, answering: Answering) -> None:
        match event.type:
            case "message" if event.message is not None:
                if event.local_message_id is not None:
                    self._outbox.heard(event)
                elif event.message.sender_id == self._outbox.profile.user_id:
                    self._wrote_elsewhere(event.message, answering)
                self._hear(event.message.model_copy(update={"flags": event.flags}), answering)
            case "reaction" if event.op == "add" and event.user_id is not None:
                wire = EmojiReaction(
                    user_id=event.user_id, emoji_code=event.emoji_code, reaction_type=event.reaction_type
                )
                for reaction in reactions([wire]):
                    answering.reacted(str(event.message_id), reaction)
            case "user_group":
                self._people.groups_changed()
            case "update_message" if event.content is not None and event.user_id != self._outbox.profile.user_id:
                answering.edited(edit(event, me=self._outbox.profile))
            case _:
                pass

    def _hear(self, message: Message, answering: Answering) -> None:
        if message.sender_id == self._outbox.profile.user_id:
            self._storage.skip(str(message.id))
        else:
            answering.hear(incoming(message, me=self._outbox.profile))

    def _wrote_elsewhere(self, message: Message, answering: Answering) -> None:
        """Another process wrote in the bot's name: what it answered is left to it."""
        about = reference(message.content)
        if about is not None and about.kind is MessageKind.ANSWER:
            answering.answered_elsewhere(str(about.message))


def refusal(error: ZulipRefused, client: ZulipClient) -> str:
    """Why Zulip rejects the bot, and what to check."""
    if error.code in ("UNAUTHORIZED", "INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED"):
        return f"{client.account.site} rejects {client.account.email}: {error}; check ZULIP_EMAIL and ZULIP_API_KEY"
    return f"{client.account.site} rejects the request: {error}"
