"""The real cluster, as reconcilers use it: what our writes return is taken in at once."""

from __future__ import annotations

from ritsuko_operator.reconcile.cluster import Object, ObjectRef, Transition
from ritsuko_operator.runtime.api import Api
from ritsuko_operator.runtime.events import Poster
from ritsuko_operator.runtime.intake import Intake


class LiveCluster:
    """Implements `reconcile.cluster.Cluster`."""

    def __init__(self, api: Api, intake: Intake, poster: Poster) -> None:
        self._api = api
        self._intake = intake
        self._poster = poster

    async def get(self, ref: ObjectRef) -> Object | None:
        return await self._api.get(ref)

    async def apply(self, ref: ObjectRef, manifest: Object) -> Object:
        return self._keep(ref, await self._api.apply(ref, manifest))

    async def apply_status(self, ref: ObjectRef, manifest: Object) -> Object:
        return self._keep(ref, await self._api.apply(ref, manifest, subresource="status"))

    async def patch(self, ref: ObjectRef, patch: Object) -> Object:
        return self._keep(ref, await self._api.patch(ref, patch))

    async def delete(self, ref: ObjectRef, *, uid: str) -> None:
        await self._api.delete(ref, uid=uid)
        self._intake.cache.remove(ref, uid=uid)

    async def announce(self, transition: Transition) -> None:
        await self._poster.post(transition)

    def _keep(self, ref: ObjectRef, live: Object) -> Object:
        self._intake.wrote(ref, live)
        return live
