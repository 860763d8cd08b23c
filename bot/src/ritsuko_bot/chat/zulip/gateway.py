"""The gateway to Zulip: listens, and answers where it was asked."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from ritsuko_bot.chat.answering import Answering
from ritsuko_bot.chat.port import Commands
from ritsuko_bot.chat.zulip.chat import ZulipChat
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import ZulipRefused, ZulipUnavailable
from ritsuko_bot.chat.zulip.listener import Listener, refusal
from ritsuko_bot.chat.zulip.outbox import Outbox
from ritsuko_bot.chat.zulip.people import People
from ritsuko_bot.chat.zulip.position_storage import PositionStorage
from ritsuko_bot.chat.zulip.status import ZulipStatus
from ritsuko_bot.metrics import Metrics
from ritsuko_common.backoff import Backoff

_DRAIN_WITHIN = 6.0
_SAVE_WITHIN = 1.5
_CHECK_EVERY = 30.0


class ZulipGateway:
    """The bot in Zulip. `channels` gives the names of the channels it answers in now; none means everywhere."""

    def __init__(
        self,
        client: ZulipClient,
        commands: Commands,
        status: ZulipStatus,
        metrics: Metrics,
        *,
        channels: Callable[[], Sequence[str]],
    ) -> None:
        self._client = client
        self._commands = commands
        self._status = status
        self._metrics = metrics
        self._channels = channels

    async def stand_by(self) -> None:
        """Checks again and again that Zulip answers and accepts the credentials, until cancelled.

        That is what makes a pod ready that does not answer yet: one with wrong credentials must not replace another.
        """
        backoff = Backoff(0.5, _CHECK_EVERY)
        while True:
            try:
                await self._client.connect()
            except ZulipRefused as error:
                self._status.down(refusal(error, self._client))
                await asyncio.sleep(backoff.next())
            except ZulipUnavailable as error:
                self._status.down(str(error))
                await asyncio.sleep(error.retry_after or backoff.next())
            else:
                self._status.standby()
                backoff.reset()
                await asyncio.sleep(_CHECK_EVERY)

    async def run(self, stopping: asyncio.Event) -> None:
        """Listens and answers until `stopping` is set; then finishes what it has begun, and saves its position.

        Cancelled, it stops in the middle of whatever it does: nothing is posted from then on.
        """
        storage, outbox, people = PositionStorage(self._client), Outbox(self._client), People(self._client)
        chat = ZulipChat(self._client, outbox, people)
        listener = Listener(self._client, self._status, storage, outbox, people, chat)
        answering = Answering(chat, storage, self._commands, self._metrics, channels=self._channels)
        try:
            async with asyncio.TaskGroup() as tasks:
                listening = tasks.create_task(listener.run(answering), name="zulip events")
                saving = tasks.create_task(storage.run(), name="zulip position")
                await stopping.wait()
                listening.cancel()
                await answering.drain(within=_DRAIN_WITHIN)
                saving.cancel()
            await answering.abandon()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(storage.save(), _SAVE_WITHIN)
        finally:
            await answering.abandon()
            self._status.idle()
