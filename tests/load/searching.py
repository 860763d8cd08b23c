"""`search` over the logs of 50 pods beside a client that downloads the same logs and does not look at them.

Both read through a real apiserver, 8 logs at a time. Behind it stands a node whose kubelet has the logs in memory:
a real one reads and parses files, which takes longer than to look for something in them, and would hide what we cost.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import aiohttp
from mcp.client import Client

from tests.cluster import ControlPlane
from tests.cluster.daemons import Daemon
from tests.cluster.ports import free
from tests.integration.operator.eventually import eventually
from tests.load.figures import Figure
from tests.load.program import cpu_seconds, peak_rss_mib
from tests.load.samples import median, timed
from tests.load.serving import Server, client, server
from tests.load.still_kubelet import NEEDLE

PODS = 50
MEGABYTES = int(os.environ.get("RITSUKO_BENCH_LOG_MB", "10"))
_SMALL = max(1, MEGABYTES // 10)
_REPEATS = 3
_AT_ONCE = 8
_MOST_TIMES = 1.5
_NODE = "still"
_MERGE = "application/merge-patch+json"
_SEARCHES = {
    "text": {"text": NEEDLE.upper()},
    "regular expression": {"text": r"need[a-z]+ in \w+ hay", "regex": True},
    "level": {"level": "fatal"},
    "nothing, which is every line": {},
}


async def measure(plane: ControlPlane, folder: Path) -> list[Figure]:
    """Seconds, their ratio, and the server's memory at two sizes of logs."""
    with _node(plane, folder):
        figures = await _compared(plane, folder)
        peaks = [await _peak(plane, folder, size) for size in (_SMALL, MEGABYTES)]
    (small, large) = peaks
    name = f"logs: peak memory, {PODS} logs of {MEGABYTES} MB"
    return [
        *figures,
        Figure(name, large, "MiB", 150),
        Figure(f"{name} divided by {_SMALL} MB", large / small, "times", 1.1),
    ]


async def _compared(plane: ControlPlane, folder: Path) -> list[Figure]:
    downloads: list[float] = []
    searches: dict[str, list[float]] = {what: [] for what in _SEARCHES}
    volume = PODS * MEGABYTES
    with _server(plane, folder) as running:
        async with client(running.url) as connected, _downloader(plane) as session:
            await _search(connected, MEGABYTES, _SEARCHES["text"])
            await _download(session, plane, MEGABYTES)
            before = cpu_seconds(running.pid)
            for _ in range(_REPEATS):
                downloads.append(await timed(lambda: _download(session, plane, MEGABYTES)))
                for what, arguments in _SEARCHES.items():
                    searches[what].append(await timed(lambda asked=arguments: _search(connected, MEGABYTES, asked)))
            cpu = (cpu_seconds(running.pid) - before) / (_REPEATS * len(_SEARCHES))
    plain = median(downloads)
    figures = [
        Figure(f"logs: {volume} MB of {PODS} pods downloaded", plain, "s"),
        Figure(f"logs: CPU of a search through {volume} MB", cpu, "s"),
    ]
    for what, seconds in searches.items():
        took = median(seconds)
        figures += [
            Figure(f"logs: search for {what} in {volume} MB", took, "s"),
            Figure(f"logs: search for {what} divided by the download", took / plain, "times", _MOST_TIMES),
        ]
    return figures


async def _search(connected: Client, megabytes: int, arguments: dict[str, object]) -> None:
    asked = {"namespace": _namespace(megabytes), "since": "2026-01-01", **arguments}
    result = await connected.call_tool("search", asked)
    assert not result.is_error, result
    assert result.structured_content is not None
    summary = str(result.structured_content["summary"])
    assert f"of {PODS} pods" in summary, summary
    assert not result.structured_content["warnings"], result.structured_content["warnings"]
    if "text" in arguments:
        assert summary.startswith("Found 5 lines"), summary


async def _download(session: aiohttp.ClientSession, plane: ControlPlane, megabytes: int) -> None:
    slots = asyncio.Semaphore(_AT_ONCE)
    namespace = _namespace(megabytes)

    async def read(pod: int) -> int:
        url = f"{plane.url}/api/v1/namespaces/{namespace}/pods/web-{pod:02}/log?timestamps=true"
        size = 0
        async with slots, session.get(url) as answer:
            async for chunk in answer.content.iter_any():
                size += len(chunk)
        return size

    sizes = await asyncio.gather(*map(read, range(PODS)))
    assert min(sizes) >= megabytes * 10**6, sizes


async def _peak(plane: ControlPlane, folder: Path, megabytes: int) -> float:
    """The most memory of a server that has searched through this much, and through nothing else."""
    with _server(plane, folder) as running:
        async with client(running.url) as connected:
            for arguments in _SEARCHES.values():
                await _search(connected, megabytes, arguments)
        return peak_rss_mib(running.pid)


@contextmanager
def _server(plane: ControlPlane, folder: Path) -> Iterator[Server]:
    with server("logs", folder, KUBECONFIG=str(plane.kubeconfig), MCP_DEADLINE_SECONDS="300") as running:
        yield running


@asynccontextmanager
async def _downloader(plane: ControlPlane) -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(ssl=plane.api.ssl_context)
    headers = {"Authorization": f"Bearer {plane.token}"}
    async with aiohttp.ClientSession(connector=connector, headers=headers, raise_for_status=True) as session:
        yield session


@contextmanager
def _node(plane: ControlPlane, folder: Path) -> Iterator[None]:
    """A node with the pods, for as long as the block lasts."""
    port = free(1, "127.0.0.1")[0]
    pair = plane.server_certificate("still-kubelet", hosts=("127.0.0.1",))
    command = [sys.executable, "-m", "tests.load.still_kubelet", str(port), str(pair.certificate), str(pair.key)]
    kubelet = Daemon("still-kubelet", folder, command)
    kubelet.start()
    names = [_namespace(size) for size in sorted({_SMALL, MEGABYTES})]
    try:
        _make_node(plane, port)
        for name in names:
            _make_pods(plane, name)
        yield
    finally:
        kubelet.stop()
        for name in names:
            plane.api.request("DELETE", f"/api/v1/namespaces/{name}/pods", {"gracePeriodSeconds": 0})
            plane.api.request("DELETE", f"/api/v1/namespaces/{name}")
        plane.api.request("DELETE", f"/api/v1/nodes/{_NODE}")


def _make_node(plane: ControlPlane, port: int) -> None:
    node = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": _NODE}}
    plane.api.request("POST", "/api/v1/nodes", node)
    status = {
        "addresses": [{"type": "InternalIP", "address": "127.0.0.1"}],
        "daemonEndpoints": {"kubeletEndpoint": {"Port": port}},
    }
    plane.api.request("PATCH", f"/api/v1/nodes/{_NODE}/status", {"status": status}, content_type=_MERGE)


def _make_pods(plane: ControlPlane, namespace: str) -> None:
    plane.api.request("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    account = f"/api/v1/namespaces/{namespace}/serviceaccounts/default"
    eventually(lambda: plane.api.answers(account), what="the namespace has its ServiceAccount")
    for number in range(PODS):
        name = f"web-{number:02}"
        spec = {"nodeName": _NODE, "containers": [{"name": "app", "image": "registry.example.com/web:1"}]}
        pods = f"/api/v1/namespaces/{namespace}/pods"
        plane.api.request("POST", pods, {"metadata": {"name": name}, "spec": spec})
        running = {"name": "app", "ready": True, "restartCount": 0, "image": "", "imageID": ""}
        running["state"] = {"running": {"startedAt": "2026-09-21T14:00:00Z"}}
        status = {"phase": "Running", "containerStatuses": [running]}
        plane.api.request("PATCH", f"{pods}/{name}/status", {"status": status}, content_type=_MERGE)


def _namespace(megabytes: int) -> str:
    return f"logs-{megabytes}mb"
