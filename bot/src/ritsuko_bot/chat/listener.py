"""Hears every message that reaches the bot: from an event queue, and from history where there was no queue."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass

from ritsuko_bot.chat.connection import Connection
from ritsuko_bot.chat.history import asked_since
from ritsuko_bot.chat.keeper import Keeper
from ritsuko_bot.chat.outbox import Outbox
from ritsuko_bot.chat.zulip_api import Event, Events, Message, Registered
from ritsuko_bot.chat.zulip_client import ZulipClient
from ritsuko_bot.chat.zulip_errors import Refused, Unavailable
from ritsuko_bot.mcp.backoff import Backoff

logger = logging.getLogger(__name__)


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

    async def run(self, hear: Callable[[Message], None]) -> None:
        """Calls `hear` for every message, until cancelled. Whatever Zulip does, this goes on.

        After a queue was lost the messages of the time without one come first; some of them may come twice.
        """
        backoff = Backoff(0.2, 15.0)
        queue: _Queue | None = None
        failures = 0
        while True:
            try:
                if queue is None:
                    queue = await self._open(hear)
                await self._poll(queue, hear)
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

    async def _open(self, hear: Callable[[Message], None]) -> _Queue:
        """A new queue, after everything that was missed before it began was heard."""
        self._outbox.me = await self._client.connect()
        if self._keeper.position is None:
            await self._keeper.load()
        request: dict[str, object] = {
            "event_types": ["message"],
            "fetch_event_types": ["realm", "message"],
            "apply_markdown": False,
        }
        registered = await self._client.call("POST", "register", request, shape=Registered)
        if self._keeper.position is None:
            self._keeper.start(registered.max_message_id)
        else:
            missed = await asked_since(self._client, self._keeper.position.through)
            for message in missed:
                hear(message)
        self.message_limit = registered.max_message_length
        self._outbox.queue_id = registered.queue_id
        self._connection.up()
        return _Queue(registered.queue_id, registered.last_event_id, registered.longpoll_seconds)

    async def _poll(self, queue: _Queue, hear: Callable[[Message], None]) -> None:
        request: dict[str, object] = {"queue_id": queue.id, "last_event_id": queue.last_event}
        answer = await self._client.poll(request, shape=Events, within=queue.answers_within)
        for event in answer.events:
            queue.last_event = max(queue.last_event, event.id)
            if event.message is not None:
                self._hear(event, event.message, hear)

    def _hear(self, event: Event, message: Message, hear: Callable[[Message], None]) -> None:
        if event.local_message_id is not None:
            self._outbox.heard(event)
        hear(message.model_copy(update={"flags": event.flags}))


def refusal(error: Refused, client: ZulipClient) -> str:
    """Why Zulip does not let the bot in, and what to look at."""
    if error.code in ("UNAUTHORIZED", "INVALID_API_KEY", "USER_DEACTIVATED", "REALM_DEACTIVATED"):
        return f"{client.account.site} refuses {client.account.email}: {error}; check ZULIP_EMAIL and ZULIP_API_KEY"
    return f"{client.account.site} refuses the request: {error}"
