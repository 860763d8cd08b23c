"""How far a Deployment has come with its rollout: read from its status, as the Deployment's controller tells it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ritsuko_common.rfc3339 import parse_rfc3339_if_any
from ritsuko_operator.reconcile.cluster import FIELD_MANAGER
from ritsuko_operator.reconcile.objects import mapping_at

Deployment = Mapping[str, Any]

_AUTOSCALER = "kube-controller-manager"  # the horizontal pod autoscaler is a part of it


def pods_refused(deployment: Deployment | None) -> str:
    """Why no further pod can be created, such as a quota; empty if none was refused."""
    failure = _condition(deployment, "ReplicaFailure")
    return str(failure.get("message", "")) if failure.get("status") == "True" else ""


def is_stuck(deployment: Deployment | None) -> bool:
    """Whether the new pods did not become available before the deadline."""
    return _is_observed(deployment) and _condition(deployment, "Progressing").get("reason") == (
        "ProgressDeadlineExceeded"
    )


def came_through(deployment: Deployment | None) -> bool:
    """Whether all pods of the present template were available once; a pod may have fallen over since."""
    return _is_observed(deployment) and _condition(deployment, "Progressing").get("reason") == "NewReplicaSetAvailable"


def is_complete(deployment: Deployment | None) -> bool:
    """Whether all pods are of the present template and available now, and there are no others."""
    if deployment is None or not _is_observed(deployment):
        return False
    updated, total, available = counts(deployment)
    return updated >= desired(deployment) and total <= updated and available >= updated


def is_paused(deployment: Deployment | None) -> bool:
    """Whether a change waits because somebody paused the rollout; one that is paused still keeps its pods."""
    if deployment is None or not mapping_at(deployment, "spec").get("paused"):
        return False
    updated, total, _ = counts(deployment)
    return desired(deployment) > 0 and (updated == 0 or total > updated)


def ending_since(deployment: Deployment | None) -> datetime | None:
    """When it was deleted, if something keeps it from going; its controller makes no pods then."""
    return parse_rfc3339_if_any(mapping_at(deployment or {}, "metadata").get("deletionTimestamp"))


def finalizers(deployment: Deployment | None) -> list[str]:
    """What has to be done before it can go."""
    return list(mapping_at(deployment or {}, "metadata").get("finalizers", []))


def changed_at(deployment: Deployment | None) -> datetime | None:
    """When the operator last changed anything of it; None if it is not there."""
    entries: list[Mapping[str, Any]] = mapping_at(deployment or {}, "metadata").get("managedFields", [])
    mine = (parse_rfc3339_if_any(entry.get("time")) for entry in entries if entry.get("manager") == FIELD_MANAGER)
    return max((time for time in mine if time), default=None)


def desired(deployment: Deployment) -> int:
    return int(mapping_at(deployment, "spec").get("replicas", 1))


def counts(deployment: Deployment) -> tuple[int, int, int]:
    """The pods of the present template, all pods, and those that are available."""
    status = mapping_at(deployment, "status")
    updated, total, available = (
        int(status.get(name, 0)) for name in ("updatedReplicas", "replicas", "availableReplicas")
    )
    return updated, total, available


def image(deployment: Deployment | None, container: str) -> str:
    """The image that new pods have in the container; empty if there is no such container."""
    containers: list[Mapping[str, Any]] = mapping_at(deployment or {}, "spec", "template", "spec").get("containers", [])
    return next((str(one.get("image", "")) for one in containers if one["name"] == container), "")


def has_container(deployment: Deployment | None, name: str) -> bool:
    """Whether the present template has a container of that name, native sidecars among them."""
    spec = mapping_at(deployment or {}, "spec", "template", "spec")
    return any(one["name"] == name for one in (*spec.get("containers", []), *spec.get("initContainers", [])))


def scaled_to(deployment: Deployment | None) -> int | None:
    """How many pods an autoscaler wants there to be; None if none decides.

    It sets them through the `scale` subresource, as a controller; a person who does that is not an autoscaler.
    """
    entries: list[Mapping[str, Any]] = mapping_at(deployment or {}, "metadata").get("managedFields", [])
    by_another = any(
        entry.get("subresource") == "scale"
        and entry.get("manager") == _AUTOSCALER
        and "f:replicas" in mapping_at(entry, "fieldsV1", "f:spec")
        for entry in entries
    )
    return desired(deployment) if deployment is not None and by_another else None


def _is_observed(deployment: Deployment | None) -> bool:
    """Whether the status speaks of the present spec."""
    status, metadata = mapping_at(deployment or {}, "status"), mapping_at(deployment or {}, "metadata")
    return deployment is not None and status.get("observedGeneration", 0) >= metadata.get("generation", 0)


def _condition(deployment: Deployment | None, kind: str) -> Mapping[str, Any]:
    conditions: list[Mapping[str, Any]] = mapping_at(deployment or {}, "status").get("conditions", [])
    return next((entry for entry in conditions if entry.get("type") == kind), dict[str, Any]())
