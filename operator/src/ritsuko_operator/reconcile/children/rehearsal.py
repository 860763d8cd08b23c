"""Asking the apiserver for its opinion of a Deployment: a sidecar that it will not have in the pod must not keep the
bot from being changed, or made at all.

It is asked by a dry run, and only of a Deployment that would be written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from ritsuko_api.bot import RitsukoBot
from ritsuko_api.sidecar import McpSidecar
from ritsuko_operator.reconcile.children.apply import Parent
from ritsuko_operator.reconcile.children.ownership import ref_of
from ritsuko_operator.reconcile.children.refusal_causes import causes
from ritsuko_operator.reconcile.children.write_reason import WriteReason, hash_of
from ritsuko_operator.reconcile.cluster import BotKey, ClusterApi, Object
from ritsuko_operator.reconcile.errors import ApiError
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.render.context import RenderContext
from ritsuko_operator.render.deployment import deployment as rendered
from ritsuko_operator.render.select import SidecarSelection, age

# A webhook may say 403 of what it will not have; else that is for want of rights, and may pass.
_DENIED = " denied the request: "


class _Try(NamedTuple):
    """The Deployment that was refused, what it was rendered from, and the live one."""

    bot: RitsukoBot
    selection: SidecarSelection
    context: RenderContext
    deployment: Object
    live: Object | None


class Rehearsal:
    """Rehearses the Deployments of bots, and remembers of each bot the last one that is refused for nobody's fault."""

    def __init__(self, cluster: ClusterApi, memory: Memory) -> None:
        self._cluster = cluster
        self._in_vain = memory.table(dict[BotKey, str | None]())  # the manifest's hash

    async def refused(
        self,
        parent: Parent,
        bot: RitsukoBot,
        selection: SidecarSelection,
        context: RenderContext,
        manifests: Sequence[Object],
        live: Object | None,
    ) -> Mapping[str, str]:
        """The sidecars for which the apiserver would refuse the stamped Deployment, each with what it says of it.

        Empty if it takes it, refuses it for something else, or cannot say now. Raises `ApiUnreachableError`.
        """
        key, desired = parent.key, next(manifest for manifest in manifests if ref_of(manifest).kind is DEPLOYMENT)
        present = sorted(selection.in_pod(context.left_out), key=age)
        if not present or parent.adjustments.why(ref_of(desired), desired, live) in (None, WriteReason.DRIFTED):
            return {}
        if self._in_vain.get(key) == hash_of(desired):
            return {}
        try:
            if (error := await self._refusal(desired)) is None:
                return {}
            found = await self._caused_by(_Try(bot, selection, context, desired, live), error, present)
        except ApiError:
            return {}
        if not found:
            self._in_vain[key] = hash_of(desired)
        return found

    async def _caused_by(self, tried: _Try, error: ApiError, present: Sequence[McpSidecar]) -> Mapping[str, str]:
        """By what the refusal names; if that is nothing of a sidecar's, by trying without them."""
        if found := causes(tried.bot, tried.selection, tried.deployment, tried.live, error):
            return found
        names = [sidecar.metadata.name for sidecar in present]
        found = dict[str, str]()
        if await self._refusal_without(tried, names) is not None:
            return found
        for number, name in enumerate(names, start=1):  # the older one stays where two are too many
            why = await self._refusal_without(tried, [*found, *names[number:]])
            if why is not None:
                found[name] = why.message
        return found

    async def _refusal_without(self, tried: _Try, names: Sequence[str]) -> ApiError | None:
        fewer = replace(tried.context, left_out=tried.context.left_out.union(names))
        return await self._refusal(rendered(tried.bot, tried.selection, fewer))

    async def _refusal(self, deployment: Object) -> ApiError | None:
        """Why the apiserver refuses it for good. Raises what may be otherwise a little later."""
        try:
            await self._cluster.rehearse(ref_of(deployment), deployment)
        except ApiError as error:
            if error.passing and _DENIED not in error.message:
                raise
            return error
        return None
