"""A cluster in memory for reconcilers, and what tests put into it."""

from __future__ import annotations

import base64
import copy
import itertools
from collections.abc import Callable, Iterable
from typing import Any

from ritsuko_api.conditions import BotCondition, SidecarCondition
from ritsuko_api.reasons import BOT_REASONS, SIDECAR_REASONS
from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_operator.reconcile.bot import BotReconciler
from ritsuko_operator.reconcile.children.refusals import Refusals
from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef, SidecarKey, Transition
from ritsuko_operator.reconcile.credentials.secrets import SecretReader
from ritsuko_operator.reconcile.errors import ApiError, GoneError
from ritsuko_operator.reconcile.gather import Release
from ritsuko_operator.reconcile.kinds import BOT, DEPLOYMENT, MONITORING, POD, SECRET, SIDECAR, Kind
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.sidecar import SidecarReconciler
from ritsuko_operator.runtime.cache import Cache

NAMESPACE = "ops"
RELEASE = Release("0.1.0", "registry.test/ritsuko", "ClusterRole", "ritsuko-reader")
HAL = BotKey(NAMESPACE, "hal")


class World:
    """An apiserver of a few lines: objects, resource versions, a list of what was written, and Events.

    An apply replaces what it names and keeps the rest. What `refuse` says is answered with that error, and an apply
    with what `validate` says of the manifest.
    """

    def __init__(self) -> None:
        self.objects: dict[ObjectRef, Object] = {}
        self.cache = Cache()
        self.writes: list[str] = []
        self.rehearsed: list[Object] = []
        self.events: list[Transition] = []
        self.refuse: dict[Kind, ApiError] = {}
        self.validate: Callable[[Object], ApiError | None] = lambda _: None
        self.admission: dict[Kind, Callable[[Object], None]] = {}  # what it makes of an object that is applied
        self.not_installed: set[Kind] = set(MONITORING)
        self.now = parse_rfc3339("2026-11-24T10:00:00Z")
        self._versions = itertools.count(1)
        self.memory = Memory()
        self.secrets = SecretReader(self, self.memory)
        self.followed: list[str] = []
        self.refusals = Refusals(self.memory)
        self.bots = self.reconciler()
        self.sidecars = SidecarReconciler(self, self.cache, self.refusals, now=lambda: self.now)

    def reconciler(self) -> BotReconciler:
        """One of an operator that has just started."""
        return BotReconciler(
            self,
            self.cache,
            self.secrets,
            RELEASE,
            self.refusals,
            self.memory,
            now=lambda: self.now,
            follow=lambda key: self.followed.append(key.name),
        )

    async def secrets_changed(self) -> bool:
        """Whether a look at all Secrets finds something for a bot to do."""
        return any([await self.secrets.changed(ref) for ref in (*self.secrets.named(), *self.secrets.own())])

    # --- what reconcilers call

    async def get(self, ref: ObjectRef) -> Object | None:
        return copy.deepcopy(self.objects.get(ref))

    async def serves(self, kind: Kind) -> bool:
        return kind not in self.not_installed

    async def apply(self, ref: ObjectRef, manifest: Object) -> Object:
        self._answer(ref, manifest)
        self._write("apply", ref)
        live = self.objects.get(ref, {})
        metadata = {"uid": f"uid-{ref.kind.name}-{ref.name}", **live.get("metadata", {}), **manifest["metadata"]}
        if manifest.get("spec") != live.get("spec"):
            metadata["generation"] = metadata.get("generation", 0) + 1
        kept = copy.deepcopy({**live, **manifest, "metadata": metadata})
        self.admission.get(ref.kind, lambda _: None)(kept)
        return self.put(ref, kept)

    async def make(self, ref: ObjectRef, manifest: Object) -> Object | None:
        return None if ref in self.objects else await self.apply(ref, manifest)

    async def rehearse(self, ref: ObjectRef, manifest: Object) -> None:
        self.rehearsed.append(copy.deepcopy(manifest))
        self._answer(ref, manifest)

    async def apply_status(self, ref: ObjectRef, manifest: Object) -> Object:
        self._write("status", ref)
        _assert_documented(ref, manifest["status"])
        if ref not in self.objects:
            raise GoneError(f"applying status of {ref}", 404, "NotFound", "not found")
        live = self.objects[ref]
        runtime = {key: value for key, value in live.get("status", {}).items() if key == "runtime"}
        return self.put(ref, {**live, "status": {**manifest["status"], **runtime}})

    async def patch(self, ref: ObjectRef, patch: Object) -> Object:
        self._write("patch", ref)
        live = copy.deepcopy(self.objects[ref])
        live["metadata"].setdefault("annotations", {}).update(patch["metadata"]["annotations"])
        return self.put(ref, live)

    async def delete(self, ref: ObjectRef, *, uid: str) -> None:
        self._write("delete", ref)
        assert self.objects[ref]["metadata"]["uid"] == uid
        self.remove(ref)

    async def announce(self, transition: Transition) -> None:
        self.events.append(transition)

    # --- what others do in the cluster

    def put(self, ref: ObjectRef, manifest: Object) -> Object:
        live = copy.deepcopy(manifest)
        live["metadata"]["resourceVersion"] = str(next(self._versions))
        live["metadata"].setdefault("uid", f"uid-{ref.kind.name}-{ref.name}")
        self.objects[ref] = live
        self.cache.put(ref, copy.deepcopy(live))
        return copy.deepcopy(live)

    def remove(self, ref: ObjectRef) -> None:
        del self.objects[ref]
        self.cache.remove(ref)

    def secret(self, name: str, **values: str) -> None:
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        ref = ObjectRef(SECRET, NAMESPACE, name)
        self.put(ref, {"apiVersion": "v1", "kind": "Secret", "metadata": _metadata(name), "data": data})

    def bot(self, name: str = "hal", **spec: Any) -> None:
        ref = ObjectRef(BOT, NAMESPACE, name)
        self.put(ref, _edited(self.objects.get(ref), bot(name, **spec)))

    def sidecar(self, name: str, **spec: Any) -> None:
        ref = ObjectRef(SIDECAR, NAMESPACE, name)
        self.put(ref, _edited(self.objects.get(ref), sidecar(name, **spec)))

    def pod(self, name: str, containers: Iterable[Object], **fields: Any) -> None:
        self.put(ObjectRef(POD, NAMESPACE, name), pod(name, containers, **fields))

    def rolled_out(self, *, reason: str = "NewReplicaSetAvailable", **counts: int) -> None:
        """What the Deployment's controller says once all pods are of the template; or what `counts` say instead."""
        ref = ObjectRef(DEPLOYMENT, NAMESPACE, "hal")
        live = copy.deepcopy(self.objects[ref])
        desired = live["spec"]["replicas"]
        known = {"replicas": desired, "updatedReplicas": desired, "availableReplicas": desired}
        conditions = [{"type": "Progressing", "status": "True", "reason": reason}]
        generation = live["metadata"].get("generation", 0)
        live["status"] = {**known, **counts, "observedGeneration": generation, "conditions": conditions}
        self.put(ref, live)

    def report(self, pod_name: str = "hal-1", **fields: Any) -> None:
        live = copy.deepcopy(self.objects[HAL.ref])
        live.setdefault("status", {})["runtime"] = report(pod_name, **fields)
        self.put(HAL.ref, live)

    # --- what tests ask

    def live(self, kind: Kind, name: str) -> Object:
        namespace = NAMESPACE if kind.namespaced else ""
        return self.objects[ObjectRef(kind, namespace, name)]

    def exists(self, kind: Kind, name: str) -> bool:
        return ObjectRef(kind, NAMESPACE if kind.namespaced else "", name) in self.objects

    def condition(self, kind: str, name: str = "hal", of: Kind = BOT) -> Any:
        entries = self.live(of, name).get("status", {}).get("conditions", [])
        return next((entry for entry in entries if entry["type"] == kind), None)

    async def reconcile(self, *sidecars: str) -> list[str]:
        """Reconciles the bot and these sidecars, and returns what was written."""
        self.writes.clear()
        await self.bots.reconcile(HAL)
        for name in sidecars:
            await self.sidecars.reconcile(SidecarKey(NAMESPACE, name))
        return list(self.writes)

    def _answer(self, ref: ObjectRef, manifest: Object) -> None:
        error = self.refuse.get(ref.kind) or self.validate(manifest)
        if error is not None:
            raise error

    def _write(self, verb: str, ref: ObjectRef) -> None:
        if ref.kind in self.refuse:
            raise self.refuse[ref.kind]
        self.writes.append(f"{verb} {ref.kind.name} {ref.name}")


def bot(name: str = "hal", **spec: Any) -> Object:
    zulip = {"site": "https://chat.test", "credentialsSecret": {"name": "zulip"}}
    return {
        "apiVersion": BOT.api_version,
        "kind": BOT.name,
        "metadata": {**_metadata(name), "generation": 1},
        "spec": {"zulip": zulip, **spec},
    }


def sidecar(name: str, **spec: Any) -> Object:
    return {
        "apiVersion": SIDECAR.api_version,
        "kind": SIDECAR.name,
        "metadata": {**_metadata(name), "generation": 1, "creationTimestamp": "2026-11-24T09:00:00Z"},
        "spec": {"botRef": {"name": "hal"}, **spec},
    }


def pod(
    name: str,
    containers: Iterable[Object],
    *,
    created: str = "2026-11-24T09:59:30Z",
    template: str = "one",
    node: str | None = "node-1",
    native: Iterable[str] = (),
    **fields: Any,
) -> Object:
    """A pod of hal's; `fields` go to its status, and `native` are those of its init containers that go on running."""
    statuses = list(containers)
    specs = [_container(status["name"]) for status in statuses]
    init = [_container(status["name"]) for status in fields.get("initContainerStatuses", [])]
    for container in init:
        if container["name"] in native:
            container["restartPolicy"] = "Always"
    labels = {
        "app.kubernetes.io/managed-by": "ritsuko-operator",
        "app.kubernetes.io/instance": "hal",
        "pod-template-hash": template,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**_metadata(name), "uid": f"uid-{name}", "labels": labels, "creationTimestamp": created},
        "spec": {"containers": specs, "initContainers": init} | ({"nodeName": node} if node else {}),
        "status": {"phase": "Running", "containerStatuses": statuses, **fields},
    }


def _container(name: str) -> Object:
    probe = {"httpGet": {"path": "/health", "port": 9000}}
    return {"name": name, "resources": {"limits": {"memory": "256Mi"}}, "readinessProbe": probe}


def running(name: str, *, ready: bool = True, restarts: int = 0, **fields: Any) -> Object:
    known = {"name": name, "image": f"{name}:1", "ready": ready, "restartCount": restarts}
    return {**known, "state": {"running": {}}, **fields}


def waiting(name: str, reason: str, message: str = "", *, restarts: int = 0, **fields: Any) -> Object:
    state = {"waiting": {"reason": reason, "message": message}}
    return {"name": name, "image": f"{name}:1", "ready": False, "restartCount": restarts, "state": state, **fields}


def ended(code: int, reason: str = "Error", message: str = "", *, at: str | None = None) -> Object:
    return {"terminated": {"exitCode": code, "reason": reason, "message": message, "finishedAt": at}}


def report(
    pod_name: str = "hal-1",
    *,
    connected: bool = True,
    revision: str = "any",
    servers: Iterable[Object] = (),
    **fields: Any,
) -> Object:
    return {
        "pod": pod_name,
        "podUid": f"uid-{pod_name}",
        "version": "0.1.0",
        "configRevision": revision,
        "zulip": {"connected": connected},
        "servers": list(servers),
        **fields,
    }


def server(name: str, state: str = "Ready", **fields: Any) -> Object:
    return {"name": name, "state": state, "tools": ["get"] if state == "Ready" else [], **fields}


def _metadata(name: str) -> Object:
    return {"name": name, "namespace": NAMESPACE}


def _assert_documented(ref: ObjectRef, status: Object) -> None:
    """Every condition has one of the reasons that docs/status.md lists for it."""
    for entry in status["conditions"]:
        if ref.kind is BOT:
            documented = BOT_REASONS[BotCondition(entry["type"])]
        else:
            documented = SIDECAR_REASONS[SidecarCondition(entry["type"])]
        assert entry["reason"] in documented.get(entry["status"], ()), entry


def _edited(before: Object | None, after: Object) -> Object:
    """An edit by a user: a new generation, and the status stays."""
    if before is None:
        return after
    metadata = {**before["metadata"], "generation": before["metadata"]["generation"] + 1}
    return {**after, "metadata": metadata, "status": before.get("status", {})}
