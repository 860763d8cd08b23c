"""Descriptions, from plain objects."""

import pytest

from ritsuko_common.rfc3339 import parse_rfc3339
from ritsuko_mcp_kubernetes.objects.ages import age
from ritsuko_mcp_kubernetes.objects.description import write

NOW = "2026-11-24T12:00:00+00:00"

CRASHING = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web-1",
        "namespace": "shop",
        "creationTimestamp": "2026-11-24T11:00:00Z",
        "labels": {"app": "web"},
        "ownerReferences": [{"kind": "ReplicaSet", "name": "web-abc"}],
    },
    "spec": {
        "nodeName": "node-7",
        "serviceAccountName": "web",
        "containers": [
            {
                "name": "app",
                "image": "registry.example.com/web:1",
                "command": ["serve", "--fast"],
                "env": [
                    {"name": "MODE", "value": "production"},
                    {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "web", "key": "key"}}},
                ],
                "envFrom": [{"configMapRef": {"name": "web-config"}}],
                "resources": {"limits": {"memory": "64Mi"}},
                "livenessProbe": {"httpGet": {"path": "/live", "port": 8080}},
            }
        ],
    },
    "status": {
        "phase": "Running",
        "conditions": [
            {
                "type": "Ready",
                "status": "False",
                "reason": "ContainersNotReady",
                "lastTransitionTime": "2026-11-24T11:58:00Z",
            }
        ],
        "containerStatuses": [
            {
                "name": "app",
                "ready": False,
                "restartCount": 5,
                "state": {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 2m40s"}},
                "lastState": {
                    "terminated": {"reason": "OOMKilled", "exitCode": 137, "finishedAt": "2026-11-24T11:58:00Z"}
                },
            }
        ],
    },
}
EVENTS = [
    {
        "type": "Normal",
        "reason": "Pulled",
        "message": "image is there",
        "lastTimestamp": "2026-11-24T11:00:00Z",
        "count": 1,
    },
    {
        "type": "Warning",
        "reason": "BackOff",
        "note": "restarting",
        "series": {"count": 12, "lastObservedTime": "2026-11-24T11:59:30.000000Z"},
    },
]


@pytest.fixture
def described() -> str:
    return write({"object": CRASHING, "events": EVENTS, "now": NOW})  # type: ignore[dict-item]


@pytest.mark.parametrize(
    "told",
    [
        "waiting: CrashLoopBackOff, back-off 2m40s",
        "terminated: OOMKilled, exit code 137, finished 2026-11-24T11:58:00Z",
        "node-7",
        "ReplicaSet/web-abc",
        "memory=64Mi",
        "GET /live on port 8080",
        "KEY=<secret web, key key>",
        "<all of configMap web-config>",
        "serve --fast",
        "(60m ago)",
    ],
)
def test_what_an_on_call_engineer_looks_for_is_told(described: str, told: str) -> None:
    assert told in described


def test_the_latest_event_comes_first_whichever_api_it_was_written_with(described: str) -> None:
    events = described[described.index("Events\n") :].splitlines()
    assert events[2].split() == ["30s", "Warning", "BackOff", "12", "restarting"]
    assert events[3].split()[:3] == ["60m", "Normal", "Pulled"]


def test_conditions_stand_in_a_table(described: str) -> None:
    assert "Ready   False    ContainersNotReady   2m" in described


def test_any_other_kind_shows_spec_and_status() -> None:
    shown = write(
        {
            "object": {
                "apiVersion": "ritsuko.dev/v1alpha1",
                "kind": "RitsukoBot",
                "metadata": {"name": "ops"},
                "spec": {"replicas": 1},
                "status": {"readyReplicas": 0},
            },
            "events": [],
            "now": NOW,
        }
    )
    assert "Spec\n  replicas: 1" in shown
    assert "Status\n  readyReplicas: 0" in shown


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"spec": None, "status": None},
        {"spec": {"containers": [{"name": "c", "env": None}]}, "status": {"containerStatuses": None}},
        {"spec": {"containers": [None, "x"], "volumes": [{"name": "v"}]}},
    ],
)
def test_objects_with_holes_are_described_too(odd: dict) -> None:
    item = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "odd"}, **odd}
    assert "odd" in write({"object": item, "events": [], "now": NOW})


@pytest.mark.parametrize(
    ("since", "shown"),
    [
        ("2026-11-24T11:59:59Z", "1s"),
        ("2026-11-24T11:58:01Z", "119s"),
        ("2026-11-24T11:00:00Z", "60m"),
        ("2026-11-23T12:00:00Z", "24h"),
        ("2026-11-14T12:00:00Z", "10d"),
        ("2026-11-24T12:00:09Z", "0s"),
        ("never", "never"),
    ],
)
def test_ages_read_as_kubectl_prints_them(since: str, shown: str) -> None:
    assert age(since, parse_rfc3339(NOW)) == shown
