"""`incident`: errors, real events of a real apiserver, and real alerts on one time line."""

import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ritsuko_mcp_logs.cluster import Cluster
from tests.cluster import ControlPlane
from tests.integration.mcp_logs.fake_apiserver import FakeApiserver
from tests.integration.mcp_logs.insight_world import NOW, PodsWorld, asking_insight, line
from tests.integration.mcp_prometheus.real_prometheus import real_prometheus

NAMESPACE = "insight-incident-shop"


@pytest.fixture
async def pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PodsWorld]:
    async with FakeApiserver().serve() as fake:
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path, namespace=NAMESPACE)))
        yield PodsWorld(fake)


def write(pods: PodsWorld, now: float) -> None:
    """An old error, and a new one 5 minutes before `now`."""
    shift = NOW - now
    lines = [line(shift + 3_000 - 60 * index, "ERROR cache is slow") for index in range(50)]
    lines += [line(shift + 300 - index, "ERROR cannot reach the database") for index in range(20)]
    pods.write("web-0", lines)
    pods.fake.pods[NAMESPACE] = pods.fake.pods.pop("shop")


@pytest.fixture
async def events(plane: ControlPlane, pods: PodsWorld) -> AsyncIterator[Cluster]:
    """The real apiserver, as where events come from; logs come from the other one."""
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    plane.kubectl("apply", "-f", "-", input=json.dumps(namespace))
    cluster = Cluster(str(plane.kubeconfig))
    yield cluster
    await cluster.aclose()


def happened(
    plane: ControlPlane, name: str, ago: float, now: float, *, type: str, reason: str, message: str, pod: str = "web-0"
) -> None:
    """An event about a pod, as the kubelet posts it."""
    moment = datetime.fromtimestamp(now - ago, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    plane.api.request(
        "POST",
        f"/api/v1/namespaces/{NAMESPACE}/events",
        {
            "metadata": {"name": name, "namespace": NAMESPACE},
            "involvedObject": {"kind": "Pod", "name": pod, "namespace": NAMESPACE},
            "type": type,
            "reason": reason,
            "message": message,
            "firstTimestamp": moment,
            "lastTimestamp": moment,
            "count": 3,
        },
    )


@pytest.mark.controlplane
async def test_errors_and_events_stand_in_the_order_of_time(
    plane: ControlPlane, pods: PodsWorld, events: Cluster
) -> None:
    now = time.time()
    happened(plane, "b", 360, now, type="Warning", reason="Unhealthy", message="Readiness probe failed")
    happened(plane, "a", 240, now, type="Normal", reason="Killing", message="Stopping container app")
    happened(plane, "c", 7_200, now, type="Warning", reason="BackOff", message="long ago")
    write(pods, now)
    async with asking_insight({}, events=events, now=now) as ask:
        answer = await ask("incident", namespace=NAMESPACE)
        narrow = await ask("incident", namespace=NAMESPACE, until="-5m30s")
        other = await ask("incident", namespace=NAMESPACE, pod="web-0*")
    told = [(row["kind"], row["where"], row["what"].partition(" (")[0], row["count"]) for row in answer["data"]]
    assert told == [
        ("warning", "pod/web-0", "Unhealthy: Readiness probe failed", 3),
        ("error", "web-0", "cannot reach the database", 20),
        ("event", "pod/web-0", "Killing: Stopping container app", 3),
    ]
    assert answer["summary"].startswith("1 new or rising error of 2, 1 warning among 2 events, 0 alerts from ")
    assert "1 error as frequent as before left out" in answer["text"]
    assert any("PROMETHEUS_URL is not set" in warning for warning in answer["warnings"])
    assert [row["kind"] for row in narrow["data"]] == ["warning"]
    assert len(other["data"]) == 3


@pytest.mark.controlplane
async def test_what_happens_to_many_pods_is_told_once_and_does_not_hide_what_is_wrong(
    plane: ControlPlane, pods: PodsWorld, events: Cluster
) -> None:
    now = time.time()
    for number in range(12):
        pod = f"web-{number}"
        placed = f"assigned {pod} to node-{number}"
        happened(
            plane, f"placed-{number}", 900 - number, now, pod=pod, type="Normal", reason="Scheduled", message=placed
        )
        started = f"Started app{'abcdefghijkl'[number]}"
        happened(plane, f"up-{number}", 800 - number, now, pod=pod, type="Normal", reason="Started", message=started)
    again = "assigned web-9 to node-1"
    happened(plane, "later", 200, now, pod="web-9", type="Normal", reason="Scheduled", message=again)
    happened(plane, "bad", 100, now, type="Warning", reason="Evicted", message="The node was low on memory")
    write(pods, now)
    async with asking_insight({}, events=events, now=now) as ask:
        answer = await ask("incident", namespace=NAMESPACE)
        short = await ask("incident", namespace=NAMESPACE, limit=3)
    placed_rows = [row for row in answer["data"] if row["what"].startswith("Scheduled")]
    assert [(row["where"], row["count"], row.get("lasted")) for row in placed_rows] == [
        ("pod/web-0 and 11 more", 36, "11s"),
        ("pod/web-9", 3, ""),
    ]
    assert sum(row["what"].startswith("Started") for row in answer["data"]) == 12
    assert [row["kind"] for row in short["data"]][-2:] == ["error", "warning"]
    assert short["truncated"]
    assert any("left out, normal events first" in hint for hint in short["hints"])


async def test_without_events_or_alerts_the_rest_still_stands(pods: PodsWorld) -> None:
    write(pods, NOW)
    async with asking_insight({"prometheus_url": "http://127.0.0.1:1"}) as ask:
        answer = await ask("incident", namespace=NAMESPACE)
    assert [row["kind"] for row in answer["data"]] == ["error"]
    assert any("Kubernetes events are missing" in warning for warning in answer["warnings"])
    assert any("alerts are missing: Prometheus at http://127.0.0.1:1 is unreachable" in w for w in answer["warnings"])


@pytest.mark.prometheus
async def test_alerts_of_the_namespace_are_on_the_time_line(pods: PodsWorld, tmp_path: Path) -> None:
    now = float(int(time.time()))
    write(pods, now)
    samples = ["# TYPE ALERTS gauge"]
    for labels, since, until in (
        (f'alertname="DatabaseDown",namespace="{NAMESPACE}",severity="critical",pod="db-0"', 280, 40),
        ('alertname="NodePressure",severity="warning"', 3_000, 1),
        ('alertname="Elsewhere",namespace="other"', 280, 40),
    ):
        samples += [f'ALERTS{{alertstate="firing",{labels}}} 1 {now - ago:.0f}' for ago in range(since, until, -15)]
    with real_prometheus(tmp_path, "\n".join([*samples, "# EOF"]) + "\n") as prometheus:
        async with asking_insight({"prometheus_url": prometheus.url}, now=now) as ask:
            answer = await ask("incident", namespace=NAMESPACE)
    alerts: list[dict[str, Any]] = [row for row in answer["data"] if row["kind"] == "alert"]
    assert [(row["where"], row["what"]) for row in alerts] == [
        ("", "NodePressure (warning), already firing before"),
        ("pod/db-0", "DatabaseDown (critical)"),
    ]
    assert "2 alerts from" in answer["summary"]
