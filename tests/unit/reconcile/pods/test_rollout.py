"""How far a rollout has come, and who decides how many pods there are."""

from __future__ import annotations

from typing import Any

import pytest

from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.runtime.cache import Cache


def deployment(*, desired: int = 1, generation: int = 2, observed: int = 2, reason: str = "", **counts: int) -> Object:
    conditions = [{"type": "Progressing", "status": "True", "reason": reason}] if reason else []
    return {
        "metadata": {"generation": generation},
        "spec": {"replicas": desired},
        "status": {"observedGeneration": observed, "conditions": conditions, **counts},
    }


def all_of(count: int) -> dict[str, int]:
    return {"replicas": count, "updatedReplicas": count, "availableReplicas": count}


@pytest.mark.parametrize(
    ("live", "complete"),
    [
        (deployment(**all_of(1)), True),
        (deployment(**{**all_of(1), "replicas": 2}), False),  # an old pod is still there
        (deployment(**{**all_of(1), "availableReplicas": 0}), False),
        (deployment(observed=1, **all_of(1)), False),  # it speaks of the spec before
        (deployment(desired=2, **all_of(1)), False),
        (deployment(desired=0), True),
        (None, False),
    ],
)
def test_a_rollout_is_complete_when_all_pods_are_of_the_template_and_available(live: Any, complete: bool) -> None:
    assert rollout.is_complete(live) is complete


def test_a_condition_counts_only_if_it_speaks_of_the_present_spec() -> None:
    for reason, ask in (
        ("ProgressDeadlineExceeded", rollout.is_stuck),
        ("NewReplicaSetAvailable", rollout.came_through),
    ):
        assert ask(deployment(reason=reason))
        assert not ask(deployment(reason=reason, observed=1))
        assert not ask(deployment(reason="ReplicaSetUpdated"))


@pytest.mark.parametrize(
    ("manager", "subresource", "field", "scaled"),
    [
        ("kube-controller-manager", "scale", "f:replicas", True),
        ("kubectl", "scale", "f:replicas", False),
        ("kube-controller-manager", "status", "f:replicas", False),
        ("kube-controller-manager", "scale", "f:other", False),
    ],
)
def test_an_autoscaler_is_known_by_how_it_writes_and_the_cache_keeps_that(
    manager: str, subresource: str, field: str, scaled: bool
) -> None:
    entry = {"manager": manager, "subresource": subresource, "fieldsV1": {"f:spec": {field: {}}}}
    ref = ObjectRef(DEPLOYMENT, "ops", "hal")
    metadata = {"name": "hal", "namespace": "ops", "resourceVersion": "1", "managedFields": [entry]}
    cache = Cache()
    cache.put(ref, {"metadata": metadata, "spec": {"replicas": 4}})
    assert rollout.scaled_to(cache.get(ref)) == (4 if scaled else None)
