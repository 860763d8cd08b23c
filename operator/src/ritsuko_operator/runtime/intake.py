"""Where watches, resyncs and writes hand in what they saw: it goes to the cache, and what it concerns to the queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.kinds import BOT, SIDECAR, Kind
from ritsuko_operator.reconcile.objects import mapping_at
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key, keys_for

# What is new seldom comes alone: a bot and its sidecars are applied one after the other, and the more there is at once
# the slower they come. Seconds.
_QUIET_WHEN_NEW = 0.1
_MORE_FOR_EACH = 0.02
_MOST_QUIET = 0.5
_MOST_WHEN_NEW = 2.0


@dataclass
class Intake:
    """Takes events in. `debounce` is how long, in seconds, further changes may still join a reconcile."""

    cache: Cache
    queue: WorkQueue[Key]
    metrics: Metrics
    debounce: float
    stands_by: Callable[[], bool] = lambda: False  # nobody works on the queue; who takes over looks at everything
    newest: dict[Kind, int] = field(default_factory=dict[Kind, int])  # the resource version each watch has come to

    def watched(self, kind: Kind, event: Mapping[str, object]) -> None:
        """One event of a watch: its `type` (None for what was listed first) and its `object`."""
        manifest = cast(Object, event["object"])
        self.metrics.watch_events.labels(kind.plural).inc()
        version = int(manifest["metadata"].get("resourceVersion", 0))
        self.reached(kind, version)
        if event["type"] == "DELETED":
            self.gone(ref_for(kind, manifest), uid=manifest["metadata"].get("uid"), version=version)
        else:
            self.present(ref_for(kind, manifest), manifest, new=event["type"] == "ADDED" and kind in (BOT, SIDECAR))

    def repeated(self, kind: Kind, version: int) -> None:
        """One event of a watch that tells nothing new."""
        self.metrics.watch_events.labels(kind.plural).inc()
        self.reached(kind, version)

    def reached(self, kind: Kind, version: int) -> None:
        """A watch has delivered everything up to this resource version."""
        self.newest[kind] = max(self.newest.get(kind, 0), version)

    def present(self, ref: ObjectRef, manifest: Object, *, new: bool = False) -> bool:
        """An object as it is; returns whether that was news. With a `new` one others may still come."""
        if not self.cache.is_news(ref, manifest):
            return False
        before = self.cache.get(ref)
        self.cache.put(ref, manifest)
        self._enqueue(ref, before, manifest, new=new and before is None)
        return True

    def wrote(self, ref: ObjectRef, live: Object) -> None:
        """The answer to a write of ours. Its event will be no news, so what others changed before it counts now."""
        before = self.cache.get(ref)
        if self.cache.put(ref, live) and before is not None and _of_others(ref, before) != _of_others(ref, live):
            self._enqueue(ref, before, live)

    def gone(self, ref: ObjectRef, *, uid: str | None = None, version: int = 0) -> bool:
        """An object is no more; returns whether that was news."""
        before = self.cache.get(ref)
        if not self.cache.remove(ref, uid=uid, version=version):
            return False
        self._enqueue(ref, before)
        return True

    def _enqueue(self, ref: ObjectRef, *states: Object | None, new: bool = False) -> None:
        if self.stands_by():
            return
        for key in keys_for(self.cache, ref, *states):
            if new:
                quiet = min(_QUIET_WHEN_NEW + _MORE_FOR_EACH * self.queue.settling, _MOST_QUIET)
                self.queue.settle(key, quiet=quiet, most=_MOST_WHEN_NEW)
            else:
                self.queue.add(key, after=self.debounce)


def ref_for(kind: Kind, manifest: Object) -> ObjectRef:
    return ObjectRef(kind, manifest["metadata"].get("namespace", ""), manifest["metadata"]["name"])


def _of_others(ref: ObjectRef, manifest: Object) -> Object:
    """What of the object others write and we act upon: never a part that we write ourselves."""
    metadata = manifest["metadata"]
    status = mapping_at(manifest, "status")
    deleted = {"deleted": metadata.get("deletionTimestamp")}
    if ref.kind in (BOT, SIDECAR):
        spec = {"generation": metadata.get("generation"), "labels": metadata.get("labels")}
        return {**deleted, **spec, "runtime": status.get("runtime")}
    return {**deleted, "status": status}
