"""Which containers a search reads, and which it can't: decided on the pods as the apiserver lists them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.query.patterns import compiled, pod_pattern
from ritsuko_mcp_logs.sources.coverage import NO_RUN_BEFORE, Gap
from ritsuko_mcp_logs.sources.podlogs.objects import ContainerStatus, Pod


@dataclass(frozen=True, slots=True)
class Selection:
    """What to read, in the order of importance, and what not."""

    targets: list[Origin]
    unread: list[Gap]


def matching_pods(pods: Sequence[Pod], wanted: str) -> list[Pod]:
    """The pods of that name, else those it is the beginning of, else those it matches as a pattern with `*`."""
    exact = [pod for pod in pods if pod.name == wanted]
    pattern = compiled(f"^(?:{pod_pattern(wanted)})$", literal=False, case_sensitive=True)
    return exact or [pod for pod in pods if pattern.search(pod.name.encode())]


def select(pods: Iterable[Pod], *, container: str, previous: bool, limit: int) -> Selection:
    """Containers named `container` (any, if empty) that have run; with `previous`, those with a run before this one.

    Running pods come first, newest first. Beyond `limit` containers the rest is left out.
    """
    found: list[Origin] = []
    unread: list[Gap] = []
    for pod in sorted(pods, key=_importance, reverse=True):
        for status in pod.containers:
            target = Origin(pod.metadata.namespace, pod.name, status.name)
            if container not in ("", target.container):
                continue
            if reason := _unreadable(status, previous=previous):
                unread.append(Gap(str(target), reason))
            elif len(found) >= limit:
                unread.append(Gap(str(target), f"over the limit of {limit} containers"))
            else:
                found.append(target)
    return Selection(found, unread)


def container_names(pods: Iterable[Pod]) -> list[str]:
    """The names of all containers in these pods."""
    return sorted({container.name for pod in pods for container in pod.containers})


def _importance(pod: Pod) -> tuple[bool, str, str]:
    return (pod.status.phase == "Running", pod.metadata.creationTimestamp, pod.name)


def _unreadable(status: ContainerStatus, *, previous: bool) -> str:
    ran_before = status.lastState.terminated is not None or status.restartCount > 0
    if previous:
        return "" if ran_before else NO_RUN_BEFORE
    if status.state.running is not None or status.state.terminated is not None or ran_before:
        return ""
    reason = status.state.waiting.reason if status.state.waiting else ""
    return f"not started: {reason}" if reason else "not started"
