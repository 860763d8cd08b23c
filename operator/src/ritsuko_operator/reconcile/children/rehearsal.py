"""Asking the apiserver for its opinion of a Deployment: a sidecar that it will not have in the pod must not keep the
bot from being changed, or made at all.

It is asked by a dry run, and only of a Deployment that would be written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile.children.apply import Parent
from ritsuko_operator.reconcile.children.compare import Difference, hash_of
from ritsuko_operator.reconcile.children.ownership import ref_of
from ritsuko_operator.reconcile.children.refusal_causes import blamed
from ritsuko_operator.reconcile.cluster import BotKey, Cluster, Object
from ritsuko_operator.reconcile.errors import ApiError
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.render.deployment import deployment as rendered
from ritsuko_operator.render.facts import Facts
from ritsuko_operator.render.select import age

# A webhook may say 403 of what it will not have; else that is for want of rights, and may pass.
_DENIED = " denied the request: "


class Rehearsal:
    """Rehearses the Deployments of bots, and remembers of each bot the last one that is refused for nobody's fault."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._in_vain: dict[BotKey, str | None] = {}  # the manifest's hash

    async def refused(
        self, parent: Parent, seen: Observation, facts: Facts, manifests: Sequence[Object]
    ) -> Mapping[str, str]:
        """The sidecars for which the apiserver would refuse the stamped Deployment, each with what it says of it.

        Empty if it takes it, refuses it for something else, or cannot say now. Raises `ApiUnreachableError`.
        """
        key, wanted = parent.key, next(manifest for manifest in manifests if ref_of(manifest).kind is DEPLOYMENT)
        live = None if seen.deployment is None else dict(seen.deployment)
        present = sorted(seen.selection.in_pod(facts.left_out), key=age)
        if not present or parent.adjustments.why(ref_of(wanted), wanted, live) in (None, Difference.DRIFTED):
            return {}
        if self._in_vain.get(key) == hash_of(wanted):
            return {}
        try:
            if (error := await self._refusal(wanted)) is None:
                return {}
            found = await self._blamed(seen, facts, wanted, error, present)
        except ApiError:
            return {}
        if not found:
            self._in_vain[key] = hash_of(wanted)
        return found

    def forget(self, key: BotKey) -> None:
        self._in_vain.pop(key, None)

    async def _blamed(
        self, seen: Observation, facts: Facts, wanted: Object, error: ApiError, present: Sequence[McpSidecar]
    ) -> Mapping[str, str]:
        """By what the refusal names; if that is nothing of a sidecar's, by trying without them."""
        if found := blamed(seen, wanted, error):
            return found
        names = [sidecar.metadata.name for sidecar in present]
        found = dict[str, str]()
        if await self._refusal_without(seen, facts, names) is not None:
            return found
        for number, name in enumerate(names, start=1):  # the older one stays where two are too many
            why = await self._refusal_without(seen, facts, [*found, *names[number:]])
            if why is not None:
                found[name] = why.message
        return found

    async def _refusal_without(self, seen: Observation, facts: Facts, names: Sequence[str]) -> ApiError | None:
        fewer = replace(facts, left_out=facts.left_out.union(names))
        return await self._refusal(rendered(seen.bot, seen.selection, fewer))

    async def _refusal(self, deployment: Object) -> ApiError | None:
        """Why the apiserver refuses it for good. Raises what may be otherwise a little later."""
        try:
            await self._cluster.rehearse(ref_of(deployment), deployment)
        except ApiError as error:
            if error.passing and _DENIED not in error.message:
                raise
            return error
        return None
