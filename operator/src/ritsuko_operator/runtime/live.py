"""The real cluster, as reconcilers use it: what our writes return is taken in at once."""

from __future__ import annotations

import time
from collections.abc import Callable

from ritsuko_operator.reconcile.cluster import Object, ObjectRef, Transition
from ritsuko_operator.reconcile.errors import ApiError, ApiUnreachableError
from ritsuko_operator.reconcile.kinds import SECRET, Kind
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.events import EventPoster
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.secret_cache import SecretCache

_DISCOVERY_LIFE = 60.0  # seconds
_CONFLICT = 409


class LiveClusterApi:
    """Implements `reconcile.cluster.Cluster`."""

    def __init__(
        self,
        api: Api,
        intake: Intake,
        poster: EventPoster,
        *,
        clock: Callable[[], float],
        may_write: Callable[[], bool] = lambda: True,
    ) -> None:
        self._api = api
        self._may_write = may_write
        self._intake = intake
        self._poster = poster
        self._secrets = SecretCache(api.get, clock=clock)
        self._served: dict[str, tuple[float, frozenset[str]]] = {}  # until when it is believed, and the plurals

    async def get(self, ref: ObjectRef) -> Object | None:
        return await (self._secrets.get(ref) if ref.kind is SECRET else self._api.get(ref))

    async def serves(self, kind: Kind) -> bool:
        known = self._served.get(kind.api_version)
        if known is None or time.monotonic() > known[0]:
            known = time.monotonic() + _DISCOVERY_LIFE, await self._api.plurals(kind)
            self._served[kind.api_version] = known
        return kind.plural in known[1]

    async def apply(self, ref: ObjectRef, manifest: Object) -> Object:
        self._guard(ref)
        return self._keep(ref, await self._api.apply(ref, manifest))

    async def make(self, ref: ObjectRef, manifest: Object) -> Object | None:
        self._guard(ref)
        try:
            return self._keep(ref, await self._api.apply(ref, _never_seen(manifest)))
        except ApiError as error:
            if error.status != _CONFLICT:
                raise
            return None

    async def rehearse(self, ref: ObjectRef, manifest: Object) -> None:
        await self._api.apply(ref, manifest, dry_run=True)

    async def apply_status(self, ref: ObjectRef, manifest: Object) -> Object:
        self._guard(ref)
        return self._keep(ref, await self._api.apply(ref, manifest, subresource="status"))

    async def patch(self, ref: ObjectRef, patch: Object) -> Object:
        self._guard(ref)
        return self._keep(ref, await self._api.patch(ref, patch))

    async def delete(self, ref: ObjectRef, *, uid: str) -> None:
        self._guard(ref)
        await self._api.delete(ref, uid=uid)
        self._secrets.drop(ref)
        self._intake.cache.remove(ref, uid=uid)

    async def announce(self, transition: Transition) -> None:
        if self._may_write():
            await self._poster.post(transition)

    def _guard(self, ref: ObjectRef) -> None:
        if not self._may_write():
            raise ApiUnreachableError(f"{ref} was not written: this operator may have lost leadership")

    def _keep(self, ref: ObjectRef, live: Object) -> Object:
        if ref.kind is SECRET:
            self._secrets.put(ref, live)
        else:
            self._intake.wrote(ref, live)
        return live


def _never_seen(manifest: Object) -> Object:
    """The manifest with a version that no object in the cluster has: the apiserver makes a new one, and answers 409
    if there is one (server-side apply checks `resourceVersion` when it is given)."""
    return {**manifest, "metadata": {**manifest["metadata"], "resourceVersion": "1"}}
