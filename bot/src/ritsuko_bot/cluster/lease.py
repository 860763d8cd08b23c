"""The Lease of the bot: one pod holds it, and only that pod answers.

The rules are client-go's (https://pkg.go.dev/k8s.io/client-go/tools/leaderelection): a holder renews; who sees no
renewal for the duration that the Lease names, by its own clock, may take it; every write names the version that was
read, so that two can never both succeed. And it is given back at a graceful stop, so that a rollout hands over at once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ritsuko_bot.cluster.api import Api, ApiError, Json
from ritsuko_bot.cluster.resource import Own

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """In seconds: how long a Lease holds unrenewed; when a holder that cannot renew it stops; how often it is renewed;
    how often others look, and how soon what failed is tried again."""

    duration: float = 15.0
    renew_within: float = 10.0
    renew_every: float = 4.0
    retry: float = 2.0


class _Spec(BaseModel):
    model_config = ConfigDict(extra="ignore")

    holder: str = Field(default="", alias="holderIdentity")
    duration: float = Field(default=0, alias="leaseDurationSeconds")
    transitions: int = Field(default=0, alias="leaseTransitions")


class _Metadata(BaseModel):
    version: str = Field(alias="resourceVersion")


class _Lease(BaseModel):
    metadata: _Metadata
    spec: _Spec = Field(default_factory=_Spec)


class Lease:
    """The Lease of the bot `own`, for its pod `identity`.

    `held` says whether this pod answers, and `problem` why the Lease cannot even be looked at; `changed` is called
    when one of them changes.
    """

    def __init__(
        self, api: Api, own: Own, *, identity: str, changed: Callable[[], None], timing: Timing | None = None
    ) -> None:
        self.held = False
        self.problem: str | None = None
        self._api = api
        self._own = own
        self._identity = identity
        self._changed = changed
        self._timing = timing or Timing()
        self._path = f"/apis/coordination.k8s.io/v1/namespaces/{own.namespace}/leases"
        self._lease: _Lease | None = None
        self._seen = 0.0

    async def acquire(self) -> None:
        """Returns when this pod holds the Lease."""
        while True:
            if await self._attempt():
                break
            await asyncio.sleep(self._timing.retry)
        self.held = True
        logger.info("this pod holds the lease %s: it answers", self._own.name)
        self._changed()

    async def keep(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Does `work` while the Lease is held; it is cancelled as soon as the Lease cannot be relied on any more.

        True when the work ended by itself; the Lease is given back then. False when the Lease was lost.
        """
        working = asyncio.ensure_future(work())
        renewing = asyncio.create_task(self._renew(), name="lease")
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
            logger.warning("the lease %s is lost: this pod stops answering", self._own.name)
            return False
        await self._release()
        await working
        return True

    async def _renew(self) -> None:
        """Returns when the Lease is lost: another pod holds it, or it could not be renewed in time."""
        renewed = _clock()
        pause = self._timing.renew_every
        while True:
            await asyncio.sleep(pause)
            attempt = _clock()
            try:
                async with asyncio.timeout(max(0.0, renewed + self._timing.renew_within - attempt)):
                    held = await self._attempt()
            except TimeoutError:
                return
            if held:
                renewed, pause = attempt, self._timing.renew_every
            elif self._lease is not None and self._lease.spec.holder != self._identity:
                return
            else:
                # Late enough to be of use, early enough to notice the deadline.
                pause = min(self._timing.retry, max(0.0, renewed + self._timing.renew_within - _clock()))

    async def _attempt(self) -> bool:
        """One try to take or renew the Lease; true if this pod holds it now."""
        try:
            if self._lease is None or self._lease.spec.holder != self._identity:
                self._look(await self._read())
            held = await self._take()
        except ApiError as error:
            if error.status in (404, 409):
                # Somebody else was faster, or deleted it: what we know of it is out of date.
                self._lease = None
                self._note(None)
            else:
                self._note(str(error))
            return False
        self._note(None)
        return held

    def _look(self, lease: _Lease | None) -> None:
        """Takes note of the Lease as it is, and of when it changed last by our clock."""
        before = self._lease
        if lease is None or before is None or lease.metadata.version != before.metadata.version:
            self._seen = _clock()
        holder = lease.spec.holder if lease else ""
        if holder and holder != self._identity and (before is None or before.spec.holder != holder):
            logger.info("the pod %s holds the lease %s: standing by", holder, self._own.name)
        self._lease = lease

    async def _take(self) -> bool:
        lease = self._lease
        now = _now()
        spec: Json = {
            "holderIdentity": self._identity,
            "leaseDurationSeconds": round(self._timing.duration),
            "renewTime": now,
        }
        if lease is None:
            metadata: Json = {"name": self._own.name, **await self._own.owner_reference(self._api)}
            body: Json = {"metadata": metadata, "spec": {**spec, "acquireTime": now, "leaseTransitions": 0}}
            self._adopt(await self._api.request("POST", self._path, body))
            return True
        if lease.spec.holder not in ("", self._identity) and _clock() - self._seen <= lease.spec.duration:
            return False
        if lease.spec.holder != self._identity:
            spec |= {"acquireTime": now, "leaseTransitions": lease.spec.transitions + 1}
        await self._write(lease, spec)
        return True

    async def _release(self) -> None:
        if self._lease is None:
            return
        try:
            # A holder of "" is what client-go writes for "free".
            await self._write(self._lease, {"holderIdentity": "", "leaseDurationSeconds": 1, "renewTime": _now()})
        except ApiError as error:
            logger.warning("the lease %s could not be given back, it runs out by itself: %s", self._own.name, error)
        else:
            logger.info("the lease %s is given back", self._own.name)

    async def _read(self) -> _Lease | None:
        try:
            return _parse(await self._api.request("GET", f"{self._path}/{self._own.name}"))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    async def _write(self, lease: _Lease, spec: Json) -> None:
        """Changes these fields, if the Lease is still as it was read; otherwise `ApiError` 409."""
        body: Json = {"metadata": {"resourceVersion": lease.metadata.version}, "spec": spec}
        path = f"{self._path}/{self._own.name}"
        self._adopt(await self._api.request("PATCH", path, body, content_type="application/merge-patch+json"))

    def _adopt(self, answer: Json) -> None:
        self._lease = _parse(answer)
        self._seen = _clock()

    def _note(self, problem: str | None) -> None:
        if problem == self.problem:
            return
        self.problem = problem
        if problem is None:
            logger.info("the lease %s can be reached again", self._own.name)
        else:
            logger.warning("the lease %s cannot be taken or renewed: %s", self._own.name, problem)
        self._changed()


def _parse(answer: Json) -> _Lease:
    try:
        return _Lease.model_validate(answer)
    except ValidationError as error:
        raise ApiError("the apiserver's answer is not what a Lease looks like") from error


def _clock() -> float:
    """Seconds, of this process alone: what other machines say of the time proves nothing."""
    return asyncio.get_running_loop().time()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
