"""`problems` and `diagnose` on a real node: one broken thing of every common sort, and as many healthy ones."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.cluster import Cluster, open_cluster
from tests.integration.cluster.conftest import busybox_image
from tests.integration.mcp_kubernetes.server import Server, running

pytestmark = [pytest.mark.node, pytest.mark.asyncio(loop_scope="module")]

OBJECTS = Path(__file__).with_name("broken")

# object: (problem, what its cause must say)
BROKEN = {
    "deployment/crashing": ("CrashLoop", "exit code 3"),
    "pod/forgetful": ("OutOfMemory", "limit 16Mi"),
    "pod/unpullable": ("ImagePull", "the registry cannot be reached from the node"),
    "pod/unready": ("ProbeFailing", "GET /ready on port 8081"),
    "pod/no-config-map": ("MissingConfig", 'configmap "absent-settings" not found'),
    "pod/no-secret": ("NotCreated", 'secret "absent-keys" not found'),
    "pod/too-big": ("Unschedulable", "Insufficient cpu"),
    "deployment/over-quota": ("QuotaExceeded", "exceeded quota: small"),
    "deployment/stuck": ("ProbeFailing", "command sh -c 'exit 1'"),
    "job/failing": ("JobFailed", "more often than backoffLimit allows"),
    "persistentvolumeclaim/nowhere": ("VolumePending", '"gold" not found'),
    "pod/evicted": ("Evicted", "EmptyDir"),
    "pod/uninitialised": ("CrashLoop", "init container migrate"),
    "pod/no-command": ("CannotStart", "/no/such/program"),
    "service/wrong-port": ("WrongPort", "'web'"),
    "service/nobody": ("NoPods", "app=targt"),
    "ingress/dangling": ("MissingService", "Service absent"),
}
PODS = {"deployment/crashing": 2}
_SETTLED_WITHIN = 240.0  # seconds; a pod that runs is given 60 s to be ready before it is called broken


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with open_cluster() as cluster:
        cluster.load(busybox_image(tmp_path_factory.mktemp("image") / "busybox.tar", "ritsuko.local/busybox:1"))
        cluster.kubectl("apply", "-f", str(OBJECTS))
        yield cluster


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running(cluster.kubeconfig, tmp_path_factory.mktemp("server") / "log") as server:
        yield server


async def problems(server: Server, namespace: str) -> list[dict[str, Any]]:
    answer = await server.call("problems", namespace=namespace)
    assert not answer.is_error, answer.content[0].text
    return answer.structured_content["data"]


@pytest.mark.timeout(300)
async def test_every_broken_thing_is_named_with_its_cause(server: Server) -> None:
    deadline = time.monotonic() + _SETTLED_WITHIN
    while wrong := differences(found := await problems(server, "broken")):
        assert time.monotonic() < deadline, "\n".join([*wrong, *map(str, found)])
        await asyncio.sleep(1)
    assert sorted(row["OBJECT"] for row in found) == sorted(BROKEN), "nothing else is wrong"
    ranks = [["critical", "warning", "notice"].index(row["SEVERITY"]) for row in found]
    assert ranks == sorted(ranks), "worst first"


def differences(found: list[dict[str, Any]]) -> list[str]:
    """What is not told yet, or not yet of all its pods: each of them breaks in its own time."""
    return [
        f"{name}: {reason}, {cause!r}"
        for name, (reason, cause) in BROKEN.items()
        if not any(
            (row["OBJECT"], row["PROBLEM"]) == (name, reason)
            and cause in row["CAUSE"]
            and row["PODS"] == PODS.get(name, row["PODS"])
            for row in found
        )
    ]


async def test_what_is_healthy_or_finished_raises_no_alarm(cluster: Cluster, server: Server) -> None:
    for job in ("done", "second-try"):
        cluster.kubectl(
            "wait", "-n", "healthy", "--for=condition=Complete", f"job/{job}", "--timeout=120s", timeout=130
        )
    cluster.kubectl(
        "wait", "-n", "healthy", "--for=jsonpath={.status.phase}=Running", "pod/half-done", "--timeout=60s", timeout=70
    )
    for pod in ("initialised", "optional"):
        cluster.kubectl("wait", "-n", "healthy", "--for=condition=Ready", f"pod/{pod}", "--timeout=60s", timeout=70)
    failed = cluster.kubectl("get", "pods", "-n", "healthy", "--field-selector=status.phase=Failed", "-o", "name")
    assert failed.strip(), "the job's first try is still there to be misjudged"
    assert await problems(server, "healthy") == []


async def test_the_whole_cluster_at_once(server: Server) -> None:
    answer = await server.call("problems", all_namespaces=True)
    rows = answer.structured_content["data"]
    assert {row["NAMESPACE"] for row in rows} == {"broken"}
    assert "critical" in answer.structured_content["summary"]


async def test_a_diagnosis_names_the_cause_and_brings_the_evidence(server: Server) -> None:
    crashing = await server.call("diagnose", kind="deployment", name="crashing", namespace="broken")
    text = crashing.content[0].text
    assert "does not work" in crashing.structured_content["summary"]
    assert "exit code 3" in crashing.structured_content["summary"]
    assert "cannot open the ledger" in text, "the last lines of its log"
    assert "hunter22" not in text
    assert "BackOff" in text, "its events"

    absent = (await server.call("diagnose", kind="pod", name="no-secret", namespace="broken")).content[0].text
    assert "Secret absent-keys" in absent, "what is missing"
    assert "Create what is missing" in absent

    forgetful = (await server.call("diagnose", kind="pod", name="forgetful", namespace="broken")).content[0].text
    assert "killed for memory" in forgetful
    assert "memory 16Mi" in forgetful

    healthy = await server.call("diagnose", kind="deploy", name="web", namespace="healthy")
    assert healthy.structured_content["summary"].startswith("Nothing is wrong with deployment/web")
    assert "2 of 2 pods are ready" in healthy.structured_content["summary"]


async def test_a_kind_without_pods_is_not_diagnosed(server: Server) -> None:
    answer = await server.call("diagnose", kind="configmap", name="kube-root-ca.crt", namespace="healthy")
    assert answer.is_error
    assert "describe" in answer.content[0].text
