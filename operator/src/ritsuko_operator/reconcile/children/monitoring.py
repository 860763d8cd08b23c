"""The objects for the Prometheus operator: their CRDs may not be installed, and nobody watches them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ritsuko_operator.reconcile.children.ownership import ref_of
from ritsuko_operator.reconcile.cluster import BotKey, ClusterApi, Object, ObjectRef
from ritsuko_operator.reconcile.kinds import MONITORING, Kind
from ritsuko_operator.reconcile.memory import Memory


@dataclass(frozen=True)
class MonitoringState:
    """What there is of them."""

    live: Mapping[ObjectRef, Object | None] = field(default_factory=dict[ObjectRef, Object | None])
    absent: frozenset[Kind] = frozenset()  # desired, and not installed in this cluster
    notes: Sequence[str] = ()  # about the latter


class MonitoringObjects:
    """Looks for them where they are desired, and where they may be left from when they were."""

    def __init__(self, cluster: ClusterApi, memory: Memory) -> None:
        self._cluster = cluster
        self._gone = memory.table(dict[BotKey, set[ObjectRef]]())  # those known not to be there

    async def look(self, key: BotKey, manifests: Iterable[Object]) -> MonitoringState:
        desired = {ref for manifest in manifests if (ref := ref_of(manifest)).kind in MONITORING}
        live: dict[ObjectRef, Object | None] = {}
        absent: set[Kind] = set()
        for kind in MONITORING:
            ref = ObjectRef(kind, key.namespace, key.name)
            if ref not in desired and ref in self._gone.get(key, ()):
                continue
            if not await self._cluster.serves(kind):
                absent |= {kind} if ref in desired else set()
                continue
            live[ref] = await self._cluster.get(ref)
            if live[ref] is None and ref not in desired:
                self.removed(key, ref)
            elif ref in desired:
                self._gone.get(key, set[ObjectRef]()).discard(ref)
        notes = [_not_installed(kind) for kind in sorted(absent)]
        return MonitoringState(live, frozenset(absent), notes)

    def removed(self, key: BotKey, ref: ObjectRef) -> None:
        self._gone.setdefault(key, set()).add(ref)


def _not_installed(kind: Kind) -> str:
    crd = f"{kind.plural}.{kind.api_version.partition('/')[0]}"
    remedy = "install the Prometheus operator, or disable it in `monitoring`"
    return f"{kind.name} cannot be created: the CRD {crd} is not installed; {remedy}"
