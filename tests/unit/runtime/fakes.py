"""A clock that the test sets, and objects for the cache."""

from __future__ import annotations

from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.kinds import BOT, CONFIG_MAP, SIDECAR, Kind

OURS = {"app.kubernetes.io/managed-by": "ritsuko-operator", "app.kubernetes.io/instance": "hal"}


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def ref(kind: Kind, name: str) -> ObjectRef:
    return ObjectRef(kind, "ops", name)


def make(kind: Kind, name: str, version: int, *, uid: str = "one", spec: Object | None = None) -> Object:
    labels = {} if kind in (BOT, SIDECAR) else OURS
    metadata = {"name": name, "namespace": "ops", "uid": uid, "resourceVersion": str(version), "labels": labels}
    return {"apiVersion": kind.api_version, "kind": kind.name, "metadata": metadata, "spec": spec or {}}


def config_map(version: int, *, uid: str = "one") -> Object:
    return make(CONFIG_MAP, "hal-mcp", version, uid=uid)
