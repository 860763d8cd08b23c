"""A bot's pod as its status tells it: what each container does, and what keeps it from doing more."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ritsuko_operator.reconcile.cluster import Object
from ritsuko_operator.reconcile.compare import covers
from ritsuko_operator.reconcile.objects import mapping_at

REVISION_ANNOTATION = "ritsuko.dev/config-revision"
_TEMPLATE_LABEL = "pod-template-hash"

# The kubelet alternates between the registry's message and the same with this in front, while it waits to try again.
_BACKING_OFF = re.compile(r'^(Back-off pulling image "[^"]*"(: )?)?(ErrImagePull(: )?)?')


@dataclass(frozen=True)
class Exit:
    """How a container's process ended."""

    code: int
    reason: str
    message: str = ""


@dataclass(frozen=True)
class Container:
    """One container's status."""

    name: str
    image: str = ""
    ready: bool = False
    running: bool = False
    restarts: int = 0
    waiting: str = ""  # the reason that it waits for, such as ImagePullBackOff
    waiting_message: str = ""
    last_exit: Exit | None = None
    memory_limit: str = ""


@dataclass(frozen=True)
class Pod:
    """One pod of a bot."""

    name: str
    uid: str
    created: str
    template: str  # the same for all pods of one rollout
    current: bool  # whether it is what the Deployment's template says now
    phase: str
    leaving: bool
    revision: str | None = None  # the config revision that it was last poked for
    scheduled: bool = True
    unschedulable: str = ""
    failure: str = ""  # why the whole pod failed, such as an eviction
    containers: Mapping[str, Container] = field(default_factory=dict[str, Container])

    def container(self, name: str) -> Container:
        """The container's status; one that the kubelet has not told of yet does nothing."""
        return self.containers.get(name, Container(name))

    def serves(self, name: str) -> bool:
        return not self.leaving and self.container(name).ready


def parse(pod: Object, deployment: Mapping[str, Any] | None) -> Pod:
    """Reads a `v1.Pod` of that Deployment."""
    metadata, spec, status = pod["metadata"], pod.get("spec", {}), pod.get("status", {})
    conditions: dict[str, Mapping[str, Any]] = {entry["type"]: entry for entry in status.get("conditions", [])}
    scheduled = conditions.get("PodScheduled", {})
    limits = {
        container["name"]: container.get("resources", {}).get("limits", {}).get("memory", "")
        for container in spec.get("containers", [])
    }
    return Pod(
        name=metadata["name"],
        uid=metadata.get("uid", ""),
        created=metadata.get("creationTimestamp", ""),
        template=metadata.get("labels", {}).get(_TEMPLATE_LABEL, ""),
        current=_is_current(pod, deployment or {}),
        phase=status.get("phase", "Pending"),
        leaving="deletionTimestamp" in metadata or status.get("phase") in ("Failed", "Succeeded"),
        revision=metadata.get("annotations", {}).get(REVISION_ANNOTATION),
        scheduled="nodeName" in spec,
        unschedulable=scheduled.get("message", "") if scheduled.get("status") == "False" else "",
        failure=status.get("message", "") or status.get("reason", "") if status.get("phase") == "Failed" else "",
        containers={
            entry["name"]: _container(entry, limits.get(entry["name"], ""))
            for entry in status.get("containerStatuses", [])
        },
    )


def newest(pods: Iterable[Pod]) -> list[Pod]:
    """The pods of the newest rollout, among those that are not on their way out.

    It is that of the Deployment's template. Where admission changed every pod, so that none is like the template, it is
    that of the pod which was made last.
    """
    staying = [pod for pod in pods if not pod.leaving]
    if not staying:
        return []
    template = max(staying, key=lambda pod: (pod.current, pod.created, pod.name)).template
    return sorted((pod for pod in staying if pod.template == template), key=lambda pod: pod.name)


def _is_current(pod: Object, deployment: Mapping[str, Any]) -> bool:
    template = mapping_at(deployment, "spec", "template")
    containers = mapping_at(template, "spec").get("containers")
    return (
        containers is not None
        and covers(mapping_at(pod, "spec").get("containers"), containers, "containers")
        and all(
            covers(mapping_at(pod, "metadata", what), mapping_at(template, "metadata", what))
            for what in ("labels", "annotations")
        )
    )


def _container(status: Mapping[str, Any], memory_limit: str) -> Container:
    state = status.get("state", {})
    waiting = state.get("waiting", {})
    ended = state.get("terminated") or status.get("lastState", {}).get("terminated")
    return Container(
        name=status["name"],
        image=status.get("image", ""),
        ready=bool(status.get("ready", False)),
        running="running" in state,
        restarts=int(status.get("restartCount", 0)),
        waiting=waiting.get("reason", ""),
        waiting_message=_BACKING_OFF.sub("", waiting.get("message", ""), count=1).strip(),
        last_exit=_exit(ended) if ended else None,
        memory_limit=memory_limit,
    )


def _exit(state: Mapping[str, Any]) -> Exit:
    return Exit(int(state.get("exitCode", 0)), state.get("reason", ""), state.get("message", "").strip())
