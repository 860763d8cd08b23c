"""Leader election by Lease: of several operators one works, the others watch and are ready to take over."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import NoReturn

from ritsuko_common.lease import Candidate, Json, Lease, LeaseChanged, LeaseUnavailable, Timing
from ritsuko_operator.reconcile.cluster import ObjectRef
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import Kind
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.errors import LeadershipLostError

logger = logging.getLogger(__name__)

LEASE = Kind("coordination.k8s.io/v1", "Lease", "leases")

_OUT_OF_DATE = (404, 409)


class Election:
    """One candidate. `identity` is like no other's and stays the same when it is restarted: then it need not wait."""

    def __init__(
        self, api: Api, *, namespace: str, name: str, identity: str, timing: Timing, clock: Callable[[], float]
    ) -> None:
        self._ref = ObjectRef(LEASE, namespace, name)
        self._identity = identity
        self._timing = timing
        self._candidate = Candidate(
            _Store(api, self._ref), identity=identity, timing=timing, clock=clock, noted=self._note
        )

    @property
    def leading(self) -> bool:
        """Whether this one may write now."""
        return self._candidate.holding

    async def acquire(self) -> None:
        """Waits until this one leads."""
        logger.info("waiting for leadership", extra={"lease": str(self._ref), "identity": self._identity})
        await self._candidate.acquire()
        logger.info("leading", extra={"lease": str(self._ref), "identity": self._identity})

    async def keep(self) -> NoReturn:
        """Renews the Lease for as long as that works; raises `LeadershipLostError` then."""
        await self._candidate.renew()
        raise LeadershipLostError(f"{self._ref} could not be renewed for {self._timing.deadline:g} s")

    async def release(self) -> None:
        """Releases the Lease, so that the next one need not wait until it expires."""
        try:
            await self._candidate.release()
        except LeaseUnavailable as error:
            logger.warning("%s was not released and has to expire: %s", self._ref, error)

    def _note(self) -> None:
        if self._candidate.problem is not None:
            logger.warning("%s: %s", self._ref, self._candidate.problem)


class _Store:
    def __init__(self, api: Api, ref: ObjectRef) -> None:
        self._api = api
        self._ref = ref

    async def read(self) -> Lease | None:
        try:
            live = await self._api.get(self._ref)
        except (ApiError, ApiUnreachableError) as error:
            raise LeaseUnavailable(str(error)) from error
        return Lease(live) if live is not None else None

    async def create(self, spec: Json) -> Lease:
        return await self._write({}, spec)

    async def update(self, lease: Lease, spec: Json) -> Lease:
        # The whole metadata: what others have put there stays.
        return await self._write(lease.manifest["metadata"], spec)

    async def _write(self, metadata: object, spec: Json) -> Lease:
        own = {"name": self._ref.name, "namespace": self._ref.namespace}
        manifest: Json = {
            "apiVersion": LEASE.api_version,
            "kind": LEASE.name,
            "metadata": {**metadata, **own} if isinstance(metadata, dict) else {**own},
            "spec": spec,
        }
        try:
            if metadata:
                return Lease(await self._api.replace(self._ref, manifest))
            return Lease(await self._api.create(LEASE, self._ref.namespace, manifest))
        except ApiError as error:
            raise (LeaseChanged if error.status in _OUT_OF_DATE else LeaseUnavailable)(str(error)) from error
        except ApiUnreachableError as error:
            raise LeaseUnavailable(str(error)) from error
