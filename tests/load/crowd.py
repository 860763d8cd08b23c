"""The kubernetes server in a cluster of 5,000 pods on 100 nodes, beside kubectl and a third party's server."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from tests.cluster import ControlPlane, binaries, control_plane
from tests.cluster.kwok import simulation
from tests.cluster.ports import free
from tests.cluster.third_party import third_party_image
from tests.integration.operator.eventually import eventually
from tests.load.figures import Figure
from tests.load.population import Population, settle
from tests.load.program import peak_rss_mib
from tests.load.samples import latencies, ratio, timed
from tests.load.serving import client, server

PODS = int(os.environ.get("RITSUKO_BENCH_PODS", "5000"))
CROWD = Population(pods=PODS, nodes=100, namespaces=10)
_REPEATS = 7


async def measure(folder: Path) -> list[Figure]:
    """In a control plane of its own: a crowd makes everything else slower."""
    with control_plane() as plane, simulation(plane, log="starting\ncannot reach the database\n"):
        await settle(plane, CROWD)
        environment = {"KUBECONFIG": str(plane.kubeconfig)}
        with server("kubernetes", folder, **environment) as running:
            async with client(running.url) as connected:
                figures = await _ours(connected, plane)
            figures.append(Figure(f"kubernetes: peak memory with {PODS} pods", peak_rss_mib(running.pid), "MiB", 150))
        with _third_party(plane, folder) as (url, pid):
            figures += await _theirs(url, pid)
    return figures


async def _ours(connected: Client, plane: ControlPlane) -> list[Figure]:
    size = 0

    async def get_all() -> None:
        nonlocal size
        result = await connected.call_tool("get", {"kind": "pods", "all_namespaces": True})
        assert not result.is_error, result
        assert f"{PODS} pods" in result.structured_content["summary"].replace(",", ""), result.structured_content
        size = max(len(result.content[0].text.encode()), len(json.dumps(result.structured_content).encode()))

    async def kubectl() -> None:
        command = [binaries.kubernetes("kubectl"), f"--kubeconfig={plane.kubeconfig}", "get", "pods", "-A"]
        await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)

    async def problems() -> None:
        result = await connected.call_tool("problems", {"all_namespaces": True})
        assert "CrashLoop" in result.content[0].text, result

    async def nodes() -> None:
        result = await connected.call_tool("nodes", {})
        assert result.structured_content["summary"].startswith(f"{CROWD.nodes} nodes, all healthy")

    async def diagnose() -> None:
        result = await connected.call_tool("diagnose", {"kind": "pod", "name": "pod-0", "namespace": "crowd-0"})
        assert "does not work" in result.content[0].text, result
        assert "cannot reach the database" in result.content[0].text, result

    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(_REPEATS):
        ours.append(await timed(get_all))
        theirs.append(await timed(kubectl))
    surveys = [await timed(problems) for _ in range(_REPEATS)]
    rooms = [await timed(nodes) for _ in range(_REPEATS)]
    diagnoses = [await timed(diagnose) for _ in range(_REPEATS * 3)]
    ratio_ = ratio(f"kubernetes: get pods -A with {PODS} pods", ours, "kubectl get pods -A", theirs)
    return [
        *latencies(f"kubernetes: get pods -A with {PODS} pods", ours),
        *latencies(f"kubectl get pods -A with {PODS} pods", theirs),
        Figure(ratio_.name, ratio_.value, ratio_.unit, 1.0),
        Figure(f"kubernetes: get pods -A with {PODS} pods: size of the answer", size / 1000, "kB", 16),
        *latencies(f"kubernetes: problems over {PODS} pods", surveys, p50=3_000),
        *latencies(f"kubernetes: nodes with {PODS} pods on {CROWD.nodes}", rooms),
        *latencies("kubernetes: diagnose a crashing pod", diagnoses, p50=300),
    ]


async def _theirs(url: str, pid: int) -> list[Figure]:
    """The npm package kubernetes-mcp-server, asked for the same. Its answer is more than a default client takes."""
    sizes: list[int] = []
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=60) as http,
        Client(streamable_http_client(url, http_client=http, max_sse_event_size=64 * 2**20)) as connected,
    ):

        async def list_all() -> None:
            result = await connected.call_tool("pods_list", {})
            assert not result.is_error, result
            sizes.append(sum(len(block.text.encode()) for block in result.content))

        times = [await timed(list_all) for _ in range(3)]
    return [
        *latencies(f"kubernetes-mcp-server: pods_list with {PODS} pods", times),
        Figure(f"kubernetes-mcp-server: pods_list with {PODS} pods: size of the answer", max(sizes) / 1000, "kB"),
        Figure(f"kubernetes-mcp-server: peak memory with {PODS} pods", peak_rss_mib(pid), "MiB"),
    ]


@contextmanager
def _third_party(plane: ControlPlane, folder: Path) -> Iterator[tuple[str, int]]:
    """Their program out of the image that the end-to-end tests use."""
    binary = folder / "kubernetes-mcp-server"
    with tarfile.open(third_party_image().archive) as image:
        for member in image.getmembers():
            layer = image.extractfile(member)
            if member.name.endswith((".tar", ".tar.gz")) and layer is not None:
                with tarfile.open(fileobj=layer) as files, binary.open("wb") as target:
                    found = files.extractfile("server")
                    assert found is not None
                    shutil.copyfileobj(found, target)
    binary.chmod(0o755)
    port = free(1, "127.0.0.1")[0]
    command = [str(binary), "--port", str(port), "--read-only", "--kubeconfig", str(plane.kubeconfig)]
    with (folder / "third-party.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            eventually(lambda: _listens(port), what="the third party's server listens", within=60, every=0.1)
            yield f"http://127.0.0.1:{port}/mcp", process.pid
        finally:
            process.terminate()
            process.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
