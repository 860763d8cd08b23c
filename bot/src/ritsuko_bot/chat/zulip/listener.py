"""Hears every message that reaches the bot: from an event queue, and from history where there was no queue."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Protocol

from ritsuko_bot.chat.zulip.api import Event, Events, Message, Registered
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import Refused, Unavailable
from ritsuko_bot.chat.zulip.history import Record, asked_since, said_since
from ritsuko_bot.chat.zulip.outbox import Outbox
from ritsuko_bot.chat.zulip.position_storage import Keeper
from ritsuko_bot.chat.zulip.status import Connection
from ritsuko_common.backoff import Backoff

logger = logging.getLogger(__name__)


class Ears(Protocol):
    """Who is told what the listener hears."""

    def resume(self, record: Record) -> None:
        """Before anything is heard: what was said by the bot's process before this one."""
        ...

    def hear(self, message: Message) -> None:
        """A message; it may come twice."""
        ...

    def edited(self, event: Event) -> None:
        """The text of a message changed."""
        ...

    def reacted(self, event: Event) -> None:
        """An emoji came under a message, or went."""
        ...

    def answered_elsewhere(self, message: Message) -> None:
        """The account said something that this process does not remember to have sent."""
        ...

    def groups_changed(self) -> None:
        """Somebody joined or left a user group, or a group came, went or was renamed."""
        ...

    async def catch_up(self) -> None:
        """After a time without events: looks for what is waited for and is no message. Raises `ZulipError`."""
        ...


@dataclass(slots=True)
class _Queue:
    id: str
    last_event: int
    answers_within: float


class Listener:
    """Owns the event queue. `message_limit` is the longest message that this Zulip takes."""

    def __init__(self, client: ZulipClient, connection: Connection, keeper: Keeper, outbox: Outbox) -> None:
        self.message_limit = 10_000
        self._client = client
        self._connection = connection
        self._keeper = keeper
        self._outbox = outbox
        self._resumed = False

    async def run(self, ears: Ears) -> None:
        """Tells `ears` of everything, until cancelled. Whatever Zulip does, this goes on.

        After a queue was lost the messages of the time without one come first; some of them may come twice.
        """
        backoff = Backoff(0.2, 15.0)
        queue: _Queue | None = None
        failures = 0
        while True:
            try:
                if queue is None:
                    queue = await self._open(ears)
                await self._poll(queue, ears)
            except Refused as error:
                failures += 1
                if queue is None:
                    self._connection.down(refusal(error, self._client))
                else:
                    # Almost always BAD_EVENT_QUEUE_ID; but any refusal means that this queue is of no use.
                    logger.info("the event queue is over, opening another: %s", error)
                    queue = self._outbox.queue_id = None
                await asyncio.sleep(backoff.next())
            except Unavailable as error:
                failures += 1
                # A proxy that cuts a long poll now and then is no news: the queue lives on, and is asked again.
                if queue is None or failures > 1:
                    self._connection.down(str(error))
                await asyncio.sleep(error.retry_after or backoff.next())
            else:
                failures = 0
                backoff.reset()
                self._connection.up()

    async def _open(self, ears: Ears) -> _Queue:
        """A new queue, after everything that was missed before it began was heard.

        The queue comes first: what is said after the history was read is then in the queue.
        """
        me = self._outbox.me = await self._client.connect()
        if self._keeper.position is None:
            await self._keeper.load()
        request: dict[str, object] = {
            "event_types": ["message", "reaction", "update_message", "user_group"],
            "fetch_event_types": ["realm", "message"],
            "apply_markdown": False,
        }
        registered = await self._client.call("POST", "register", request, shape=Registered)
        self.message_limit = registered.max_message_length
        position = self._keeper.position
        if position is None:
            await self._keeper.start(registered.max_message_id)
        else:
            if not self._resumed:
                ears.resume(await said_since(self._client, me, position.through))
            for message in await asked_since(self._client, position.through):
                ears.hear(message)
            await ears.catch_up()
        self._resumed = True
        self._outbox.queue_id = registered.queue_id
        self._connection.up()
        return _Queue(registered.queue_id, registered.last_event_id, registered.longpoll_seconds)

    async def _poll(self, queue: _Queue, ears: Ears) -> None:
        request: dict[str, object] = {"queue_id": queue.id, "last_event_id": queue.last_event}
        answer = await self._client.poll(request, shape=Events, within=queue.answers_within)
        for event in answer.events:
            queue.last_event = max(queue.last_event, event.id)
            self._tell(event, ears)

    def _tell(self, event: Event, ears: Ears) -> None:
        match event.type:
            case "message" if event.message is not None:
                if event.local_message_id is not None:
                    self._outbox.heard(event)
                elif self._outbox.me is not None and event.message.sender_id == self._outbox.me.user_id:
                    ears.answered_elsewhere(event.message)
                ears.hear(event.message.model_copy(update={"flags": event.flags}))
            case "reaction":
                ears.reacted(event)
            case "user_group":
                ears.groups_changed()
            case "update_message" if event.content is not None:
                ears.edited(event)
            case _:
                pass


def refusal(error: Refused, client: ZulipClient) -> str:
    """Why Zulip does not let the bot in, and what to look at."""
    if error.code in ("UNAUTHORIZED", "INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED"):
        return f"{client.account.site} refuses {client.account.email}: {error}; check ZULIP_EMAIL and ZULIP_API_KEY"
    return f"{client.account.site} refuses the request: {error}"
