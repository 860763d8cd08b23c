"""Following a kind by list and watch over our own client: children and pods, of which there are many.

kopf keeps a task and a memory for each object that it watches, for handlers that need them. These kinds have none:
their events go to the cache, so for them a watch is a loop over lines.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn

from ritsuko_operator.reconcile.cluster import ObjectRef
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import Kind
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.watch_event import WatchEvent

logger = logging.getLogger(__name__)

_LASTS = 300  # seconds that the apiserver is asked to keep a watch open, and up to half as long again
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0  # seconds between tries, with up to 50% more


@dataclass
class ListWatch:
    """One kind, in one namespace or (None) in all of them.

    `catch_up` lists the kind into the cache and drops what is no more. A watch in which nothing, not even a bookmark,
    has come for `silent` seconds is given up and opened again.
    """

    api: Api
    intake: Intake
    kind: Kind
    namespace: str | None
    selector: str
    catch_up: Callable[[Kind], Awaitable[None]]
    silent: float
    _version: str | None = None

    async def run(self) -> NoReturn:
        """Follows the kind for ever: what a watch misses while it is broken it tells when it is open again."""
        pause = _FIRST_PAUSE
        while True:
            before = self._version
            try:
                if self._version is None:
                    await self._start()
                await self._follow(self._version or "")
            except ApiError as error:
                if error.status == HTTPStatus.GONE:
                    self._version = None  # too old for the apiserver to tell what came after it
                else:
                    logger.warning("the watch of %s was refused: %s", self.kind.plural, error)
            except ApiUnreachableError as error:
                logger.info("the watch of %s ended: %s", self.kind.plural, error)
            pause = _FIRST_PAUSE if self._version != before else min(2 * pause, _LONGEST_PAUSE)
            await asyncio.sleep(pause * (1 + random.random() / 2))

    async def _start(self) -> None:
        """The version comes first, so that what changes while the list is read comes twice and never not at all."""
        version = await self.api.version(self.kind, namespace=self.namespace, selector=self.selector)
        await self.catch_up(self.kind)
        self._version = version

    async def _follow(self, version: str) -> None:
        lasts = int(_LASTS * (1 + random.random() / 2))
        async for event in self.api.watch(
            self.kind, version, lasts=lasts, silent=self.silent, namespace=self.namespace, selector=self.selector
        ):
            self._take(event)

    def _take(self, event: WatchEvent) -> None:
        about = event.about
        try:
            if event.type == "ERROR":
                raise ApiError(f"watching {self.kind.plural}", about.code, about.reason, about.message)
            if event.type == "BOOKMARK":
                self.intake.reached(self.kind, event.version)
            elif event.type == "DELETED" or self._is_news(event):
                self.intake.watched(self.kind, event.whole())
            else:
                self.intake.repeated(self.kind, event.version)
        except (KeyError, ValueError) as error:
            raise ApiUnreachableError(f"watching {self.kind.plural}: an event cannot be read ({error!r})") from error
        self._version = about.metadata.resource_version

    def _is_news(self, event: WatchEvent) -> bool:
        metadata = event.about.metadata
        return self.intake.cache.is_newer(ObjectRef(self.kind, metadata.namespace, metadata.name), event.version)
