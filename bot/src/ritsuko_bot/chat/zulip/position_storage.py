"""The bot's inbox in Zulip: its position, kept in Zulip's storage for bots, where it outlives pod and cluster."""

from __future__ import annotations

import asyncio
import logging

from ritsuko_bot.chat.zulip.api import Storage, Wire
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import ZulipRefused
from ritsuko_bot.chat.zulip.position import Position

logger = logging.getLogger(__name__)

KEY = "ritsuko.position"
_SAVE_EVERY = 2.0
_NOT_SAVED = "the position cannot be saved, so messages sent during a restart may be missed: %s"


class PositionStorage:
    """Holds the position once it is known, and saves it: a change at once, the next ones together after 2 seconds.

    It is the `Inbox` of the chat; those methods may be called once the position is known.
    """

    def __init__(self, client: ZulipClient) -> None:
        self._position: Position | None = None
        self._client = client
        self._changed = asyncio.Event()
        self._saved: str | None = None

    @property
    def through(self) -> int | None:
        """The id up to which every message is done; None while the position is not known."""
        return self._position.through if self._position is not None else None

    async def load(self) -> None:
        """Reads the position that was saved last; there is none at the very first start. Raises `ZulipUnavailable`."""
        try:
            storage = await self._client.call("GET", "bot_storage", {"keys": [KEY]}, shape=Storage)
        except ZulipRefused:
            # Zulip refuses a key that was never stored.
            return
        self._saved = storage.storage.get(KEY, "")
        self._position = Position.load(self._saved)
        if self._position is None:
            logger.warning("the position in Zulip's storage is not readable; starting from now")

    async def start(self, message: int) -> None:
        """Starts after `message`: what came before is not answered. Raises `ZulipUnavailable`.

        It is saved before anything is heard: a kill must not move the very first start to a later message.
        """
        position = Position(message)
        try:
            await self._client.call("PUT", "bot_storage", {"storage": {KEY: position.dump()}}, shape=Wire)
        except ZulipRefused as error:
            logger.error(_NOT_SAVED, error)
        self._position = position

    def skip(self, message: str) -> None:
        """See `Inbox.skip`."""
        self._known().skip(int(message))

    def take(self, message: str) -> bool:
        """See `Inbox.take`."""
        return self._known().take(int(message))

    def finish(self, message: str) -> None:
        """See `Inbox.finish`."""
        self._known().finish(int(message))
        self._changed.set()

    def reopen(self, message: str) -> bool:
        """See `Inbox.reopen`."""
        return self._known().reopen(int(message))

    async def run(self) -> None:
        """Saves changes until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.save()
            await asyncio.sleep(_SAVE_EVERY)

    async def save(self) -> None:
        """Saves the position now, if it differs from what is saved."""
        if self._position is None or (text := self._position.dump()) == self._saved:
            return
        try:
            await self._client.ask("PUT", "bot_storage", {"storage": {KEY: text}}, shape=Wire)
        except ZulipRefused as error:
            logger.error(_NOT_SAVED, error)
        else:
            self._saved = text

    def _known(self) -> Position:
        if self._position is None:
            raise RuntimeError("the position is not known yet")
        return self._position
