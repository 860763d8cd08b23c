"""The Lease of the bot: one pod holds it, and only that pod answers. It is given back at a graceful stop, so that a
rollout hands over at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import cast

from ritsuko_bot.cluster.api import Api, ApiError, Json
from ritsuko_bot.cluster.resource import Own
from ritsuko_common import lease
from ritsuko_common.lease import Candidate, LeaseChanged, LeaseUnavailable, Timing

logger = logging.getLogger(__name__)


class Lease:
    """The Lease of the bot `own`, for its pod `identity`.

    `held` says whether this pod answers, and `problem` why the Lease cannot be read or written; `changed` is called
    when one of them changes.
    """

    def __init__(
        self, api: Api, own: Own, *, identity: str, changed: Callable[[], None], timing: Timing | None = None
    ) -> None:
        self.held = False
        self.problem: str | None = None
        self._name = own.name
        self._identity = identity
        self._changed = changed
        self._holder = ""
        self._candidate = Candidate(
            _Store(api, own),
            identity=identity,
            timing=timing or Timing(),
            clock=asyncio.get_running_loop().time,
            noted=self._note,
        )

    async def acquire(self) -> None:
        """Returns when this pod holds the Lease."""
        await self._candidate.acquire()
        self.held = True
        logger.info("this pod holds the lease %s: it answers", self._name)
        self._changed()

    async def keep(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Does `work` while the Lease is held; it is cancelled as soon as the Lease cannot be relied on any more.

        True when the work ended by itself; the Lease is given back then. False when the Lease was lost.
        """
        working = asyncio.ensure_future(work())
        renewing = asyncio.create_task(self._candidate.renew(), name="lease")
        try:
            await asyncio.wait({working, renewing}, return_when=asyncio.FIRST_COMPLETED)
            ended = working.done()
        finally:
            self.held = False
            working.cancel()
            renewing.cancel()
            await asyncio.gather(working, renewing, return_exceptions=True)
            self._changed()
        if not ended:
            logger.warning("the lease %s is lost: this pod stops answering", self._name)
            return False
        await self._release()
        await working
        return True

    async def _release(self) -> None:
        try:
            await self._candidate.release()
        except LeaseUnavailable as error:
            logger.warning("the lease %s could not be given back, it runs out by itself: %s", self._name, error)
        else:
            logger.info("the lease %s is given back", self._name)

    def _note(self) -> None:
        holder = self._candidate.holder
        if holder not in ("", self._identity, self._holder):
            logger.info("the pod %s holds the lease %s: standing by", holder, self._name)
        self._holder = holder
        problem = self._candidate.problem
        if problem == self.problem:
            return
        self.problem = problem
        if problem is None:
            logger.info("the lease %s can be reached again", self._name)
        else:
            logger.warning("the lease %s cannot be taken or renewed: %s", self._name, problem)
        self._changed()


class _Store:
    """The Lease in the bot's namespace, which goes when the bot's resource goes."""

    def __init__(self, api: Api, own: Own) -> None:
        self._api = api
        self._own = own
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{own.namespace}/leases"

    async def read(self) -> lease.Lease | None:
        try:
            return _lease_of(await self._api.request("GET", f"{self._path}/{self._own.name}"))
        except ApiError as error:
            if error.status == 404:
                return None
            raise LeaseUnavailable(str(error)) from error

    async def create(self, spec: lease.Json) -> lease.Lease:
        metadata: Json = {"name": self._own.name, **await self._own.owner_reference(self._api)}
        return await self._write("POST", self._path, {"metadata": metadata, "spec": cast(Json, spec)})

    async def update(self, lease: lease.Lease, spec: lease.Json) -> lease.Lease:
        body: Json = {"metadata": {"resourceVersion": lease.version}, "spec": cast(Json, spec)}
        return await self._write("PATCH", f"{self._path}/{self._own.name}", body)

    async def _write(self, method: str, path: str, body: Json) -> lease.Lease:
        content_type = "application/merge-patch+json" if method == "PATCH" else "application/json"
        try:
            return _lease_of(await self._api.request(method, path, body, content_type=content_type))
        except ApiError as error:
            raise (LeaseChanged if error.status in (404, 409) else LeaseUnavailable)(str(error)) from error


def _lease_of(answer: Json) -> lease.Lease:
    found = lease.Lease(cast(lease.Json, answer))
    if not found.version:
        raise LeaseUnavailable("the apiserver's answer is not a Lease")
    return found
