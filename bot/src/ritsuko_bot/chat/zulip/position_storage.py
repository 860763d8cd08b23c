"""Keeps the position in Zulip's own storage for bots, where it survives the pod, the node and the cluster."""

from __future__ import annotations

import asyncio
import logging

from ritsuko_bot.chat.zulip.api import Storage, Wire
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.errors import Refused
from ritsuko_bot.chat.zulip.position import Position

logger = logging.getLogger(__name__)

KEY = "ritsuko.position"
_SAVE_EVERY = 2.0
_NOT_SAVED = "the position cannot be saved, a restart may miss what is asked meanwhile: %s"


class Keeper:
    """Holds the position, once it is known, and saves it: a change at once, the next ones together after 2 seconds."""

    def __init__(self, client: ZulipClient) -> None:
        self.position: Position | None = None
        self._client = client
        self._changed = asyncio.Event()
        self._saved: str | None = None

    async def load(self) -> None:
        """Takes up the position that was saved last; there is none at the very first start. Raises `Unavailable`."""
        try:
            storage = await self._client.call("GET", "bot_storage", {"keys": [KEY]}, shape=Storage)
        except Refused:
            # Zulip refuses a key that was never stored.
            return
        self._saved = storage.storage.get(KEY, "")
        self.position = Position.load(self._saved)
        if self.position is None:
            logger.warning("the position in Zulip's storage cannot be read; starting from now")

    async def start(self, message: int) -> None:
        """Starts after `message`: what came before is not answered. Raises `Unavailable`.

        It is saved before anything is heard: a kill must not move the very first start to a later message.
        """
        position = Position(message)
        try:
            await self._client.call("PUT", "bot_storage", {"storage": {KEY: position.dump()}}, shape=Wire)
        except Refused as error:
            logger.error(_NOT_SAVED, error)
        self.position = position

    def finish(self, message: int) -> None:
        """The message needs nothing any more."""
        if self.position is not None:
            self.position.finish(message)
            self._changed.set()

    async def run(self) -> None:
        """Saves changes until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            await self.save()
            await asyncio.sleep(_SAVE_EVERY)

    async def save(self) -> None:
        """Saves the position now, if it differs from what is saved."""
        if self.position is None or (text := self.position.dump()) == self._saved:
            return
        try:
            await self._client.ask("PUT", "bot_storage", {"storage": {KEY: text}}, shape=Wire)
        except Refused as error:
            logger.error(_NOT_SAVED, error)
        else:
            self._saved = text
