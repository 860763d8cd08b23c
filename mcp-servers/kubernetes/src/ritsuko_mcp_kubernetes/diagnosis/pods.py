"""What is wrong with a pod."""

from __future__ import annotations

from datetime import datetime, timedelta

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.containers import Trouble, trouble
from ritsuko_mcp_kubernetes.diagnosis.finding import NOT_CREATED, Finding, Severity, Subject
from ritsuko_mcp_kubernetes.objects.ages import elapsed
from ritsuko_mcp_kubernetes.objects.fields import at, conditions, objects, owners, texts
from ritsuko_mcp_kubernetes.objects.quoting import quoted

_TERMINATING_PATIENCE = timedelta(seconds=60)
_CREATING_PATIENCE = timedelta(seconds=30)


def pod_findings(pod: Json, now: datetime) -> list[Finding]:
    """Everything wrong with a pod; nothing for one that runs, ended well, or is being started or ended in time.

    A failed pod of a Job is the Job's affair: it may have been tried again with success.
    """
    subject = Subject.of(pod, "Pod")
    return [
        Finding(subject, what.severity, what.reason, what.cause, what.advice, what.since, container)
        for container, what in _troubles(pod, now)
    ]


def _troubles(pod: Json, now: datetime) -> list[tuple[str, Trouble]]:
    phase = at(pod, "status").get("phase")
    if phase == "Succeeded":
        return []
    if deleted := at(pod, "metadata").get("deletionTimestamp"):
        return _terminating(pod, str(deleted), now)
    if phase == "Failed":
        return _failed(pod, now)
    unscheduled = _unscheduled(pod)
    if unscheduled is not None:
        return [("", unscheduled)]
    return _containers(pod, now) or _not_created(pod, now)


def _terminating(pod: Json, deleted: str, now: datetime) -> list[tuple[str, Trouble]]:
    if elapsed(deleted, now) < _TERMINATING_PATIENCE:
        return []
    finalizers = texts(pod, "metadata", "finalizers")
    why = f"finalizers block it: {', '.join(finalizers)}" if finalizers else "its node has not confirmed it"
    return [
        (
            "",
            Trouble(
                Severity.WARNING,
                "StuckTerminating",
                f"it has been terminating since {deleted}: {why}",
                "Check the controller of its finalizers, and whether its node is up.",
                deleted,
            ),
        )
    ]


def _failed(pod: Json, now: datetime) -> list[tuple[str, Trouble]]:
    status = at(pod, "status")
    if status.get("reason") == "Evicted":
        return [
            (
                "",
                Trouble(
                    Severity.WARNING,
                    "Evicted",
                    f"the node evicted it:{quoted(str(status.get('message') or 'no reason given'), 300)}",
                    "Set requests that match its usage, and check its node; the evicted pod can be deleted.",
                    str(status.get("startTime") or ""),
                ),
            )
        ]
    if any(kind == "Job" for kind, _ in owners(pod)):
        return []
    found = _containers(pod, now)
    if found:
        return found
    message = quoted(str(status.get("message") or status.get("reason") or "no reason given"), 300)
    return [("", Trouble(Severity.CRITICAL, "Failed", f"it failed:{message}", "Check its events and logs."))]


def _unscheduled(pod: Json) -> Trouble | None:
    scheduled = conditions(pod).get("PodScheduled", {})
    if scheduled.get("status") != "False":
        return None
    message, since = quoted(str(scheduled.get("message") or ""), 500), str(scheduled.get("lastTransitionTime") or "")
    if scheduled.get("reason") == "SchedulingGated":
        return Trouble(
            Severity.NOTICE,
            "SchedulingGated",
            f"it is waiting for its scheduling gates:{message}",
            "Check which controller removes them.",
            since,
        )
    return Trouble(
        Severity.CRITICAL, "Unschedulable", f"it cannot be scheduled:{message}", _scheduling_advice(message), since
    )


def _scheduling_advice(message: str) -> str:
    if "Insufficient" in message:
        return "Lower its requests, or add capacity: a node, or fewer pods on the existing ones."
    if "persistentvolumeclaim" in message:
        return "Check the claim that it references."
    if "taint" in message:
        return "Add a toleration, or use other nodes."
    if "affinity" in message or "selector" in message:
        return "Its nodeSelector or affinity matches no node: compare it with the nodes' labels."
    return "Compare its requests, selectors and tolerations with the nodes."


def _containers(pod: Json, now: datetime) -> list[tuple[str, Trouble]]:
    ready_since = str(conditions(pod).get("Ready", {}).get("lastTransitionTime") or "")
    found: list[tuple[str, Trouble]] = []
    for specs, statuses, init in (
        ("initContainers", "initContainerStatuses", True),
        ("containers", "containerStatuses", False),
    ):
        states = {str(state.get("name")): state for state in objects(pod, "status", statuses)}
        for spec in objects(pod, "spec", specs):
            name = str(spec.get("name"))
            sidecar = init and spec.get("restartPolicy") == "Always"
            what = trouble(spec, states.get(name, {}), init=init and not sidecar, ready_since=ready_since, now=now)
            if what is not None:
                found.append((name, what))
    return found


def _not_created(pod: Json, now: datetime) -> list[tuple[str, Trouble]]:
    """Containers that do not come into being. A large image takes its time, so only events make it more than a notice:
    see `events.explained`."""
    status = at(pod, "status")
    created = str(at(pod, "metadata").get("creationTimestamp") or "")
    started = str(status.get("startTime") or created)
    if status.get("phase") != "Pending" or elapsed(started, now) < _CREATING_PATIENCE:
        return []
    waiting = [at(state, "state", "waiting").get("reason") for state in objects(pod, "status", "containerStatuses")]
    if waiting and "ContainerCreating" not in waiting:
        return []
    return [
        (
            "",
            Trouble(
                Severity.NOTICE,
                NOT_CREATED,
                "its containers are still being created: a large image, or a volume that is slow to mount",
                "If this persists, describe it: its events show what the node is doing.",
                started,
            ),
        )
    ]
