"""A bot's pod as its status tells it: what each container does, and what keeps it from doing more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ritsuko_common.rfc3339 import parse_rfc3339_if_any
from ritsuko_operator.reconcile.children.diff import covers
from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.objects import mapping_at
from ritsuko_operator.reconcile.pods.containers import Container, parse_container

REVISION_ANNOTATION = "ritsuko.dev/config-revision"
_TEMPLATE_LABEL = "pod-template-hash"
_EPOCH = datetime.fromtimestamp(0, UTC)
_OVER = ("Failed", "Succeeded")
# Why the kubelet itself says that a pod is not ready. Without one of these it was the node's controller.
_SAID_BY_THE_KUBELET = frozenset({"ContainersNotReady", "ReadinessGatesNotReady", "PodCompleted", "PodFailed"})


@dataclass(frozen=True)
class Pod:
    """One pod of a bot."""

    name: str
    uid: str
    created: datetime | None
    template: str  # the same for all pods of one rollout
    current: bool  # whether it is what the Deployment's template says now
    phase: str
    leaving: bool
    revision: str | None = None  # the config revision that it was last poked for
    scheduled: bool = True
    unschedulable: str = ""
    node: str = ""
    node_lost: bool = False  # nobody has heard of its node: what its containers were last seen doing says nothing
    failure: str = ""  # why the whole pod failed, such as an eviction
    has: frozenset[str] = frozenset()  # the names of all its containers, whether the kubelet has reported them or not
    containers: Mapping[str, Container] = field(default_factory=dict[str, Container])  # native sidecars too
    init: Sequence[Container] = ()  # in the order in which they start
    secret_keys: frozenset[tuple[str, str]] = frozenset()  # see `keys_read`

    def container(self, name: str) -> Container:
        """The container's status; one that the kubelet has not reported yet does nothing."""
        return self.containers.get(name, Container(name))

    def serves(self, name: str) -> bool:
        return not self.leaving and not self.node_lost and self.container(name).ready

    @property
    def works(self) -> bool:
        """Whether all containers are ready; of a pod that no node has taken yet nothing is reported of any."""
        return bool(self.containers) and all(one.ready for one in self.containers.values())

    @property
    def waits_for(self) -> Container | None:
        """The init container that the others wait for, if there is one."""
        pending = (one for one in self.init if not (one.ready or (one.running and not one.ends)))
        return next(pending, None)


def parse(pod: Object, deployment: Mapping[str, Any] | None) -> Pod:
    """Reads a `v1.Pod` of that Deployment."""
    metadata, spec, status = pod["metadata"], pod.get("spec", {}), pod.get("status", {})
    conditions: dict[str, Mapping[str, Any]] = {entry["type"]: entry for entry in status.get("conditions", [])}
    scheduled = conditions.get("PodScheduled", {})
    specs = {one["name"]: one for one in (*spec.get("initContainers", []), *spec.get("containers", []))}
    init, main = (
        [parse_container(entry, specs.get(entry["name"], {}), init=first) for entry in status.get(statuses, [])]
        for statuses, first in (("initContainerStatuses", True), ("containerStatuses", False))
    )
    return Pod(
        name=metadata["name"],
        uid=metadata.get("uid", ""),
        created=parse_rfc3339_if_any(metadata.get("creationTimestamp")),
        template=metadata.get("labels", {}).get(_TEMPLATE_LABEL, ""),
        current=_is_current(pod, deployment or {}),
        phase=status.get("phase", "Pending"),
        leaving="deletionTimestamp" in metadata or status.get("phase") in _OVER,
        revision=metadata.get("annotations", {}).get(REVISION_ANNOTATION),
        scheduled="nodeName" in spec,
        unschedulable=scheduled.get("message", "") if scheduled.get("status") == "False" else "",
        node=spec.get("nodeName", ""),
        node_lost=_is_lost(conditions.get("Ready", {}), conditions.get("ContainersReady", {})),
        failure=status.get("message", "") or status.get("reason", "") if status.get("phase") == "Failed" else "",
        has=frozenset(specs),
        containers={one.name: one for one in (*(one for one in init if not one.ends), *main)},
        init=init,
        secret_keys=frozenset() if status.get("phase") in _OVER else keys_read(spec),
    )


def keys_read(spec: Mapping[str, Any]) -> frozenset[tuple[str, str]]:
    """The (Secret, key) pairs that the containers of a pod's spec read as environment."""
    containers = (*spec.get("initContainers", []), *spec.get("containers", []))
    references = (
        mapping_at(variable, "valueFrom", "secretKeyRef") for one in containers for variable in one.get("env", [])
    )
    return frozenset((reference.get("name", ""), reference["key"]) for reference in references if reference)


def newest(pods: Iterable[Pod]) -> list[Pod]:
    """The pods of the newest rollout, among those that are not on their way out.

    It is that of the Deployment's template. Where admission changed every pod, so that none is like the template, it is
    that of the pod which was made last.
    """
    staying = [pod for pod in pods if not pod.leaving]
    if not staying:
        return []
    template = max(staying, key=lambda pod: (pod.current, pod.created or _EPOCH, pod.name)).template
    return sorted((pod for pod in staying if pod.template == template), key=lambda pod: pod.name)


def _is_lost(ready: Mapping[str, Any], containers_ready: Mapping[str, Any]) -> bool:
    """Whether the node's controller gave the pod up: it marks it as not ready, and leaves its containers' status."""
    return (
        ready.get("status") == "False"
        and ready.get("reason", "") not in _SAID_BY_THE_KUBELET
        and containers_ready.get("status") == "True"
    )


def _is_current(pod: Object, deployment: Mapping[str, Any]) -> bool:
    template = mapping_at(deployment, "spec", "template")
    desired, found = mapping_at(template, "spec"), mapping_at(pod, "spec")
    return (
        "containers" in desired
        and all(covers(found.get(what, []), desired.get(what, []), what) for what in ("initContainers", "containers"))
        and all(
            covers(mapping_at(pod, "metadata", what), mapping_at(template, "metadata", what))
            for what in ("labels", "annotations")
        )
    )
