"""The MCP servers as processes of their own, called by an open SDK client over HTTP beside the raw requests."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import aiohttp
from mcp.client import Client

from tests.cluster import ControlPlane, kwok, third_party_image
from tests.cluster.ports import free
from tests.integration.mcp_prometheus.real_prometheus import real_prometheus
from tests.load import crowd, mining, parts, ranged, searching
from tests.load.backends import NAMESPACE, apiserver, read
from tests.load.figures import Figure
from tests.load.parts import Part
from tests.load.program import rss_mib, running
from tests.load.samples import latencies, median, ratio, timed
from tests.load.serving import client, server

CALLS = 100
_WARM_UP = 10
_STARTS = 3
_MOST_MEMORY = 75  # MiB
_ONE_SAMPLE = "# TYPE something gauge\nsomething 1 1790000000\n# EOF\n"


async def get_pods(client: Client) -> None:
    result = await client.call_tool("get", {"kind": "pods"})
    assert not result.is_error, result


async def query_up(client: Client) -> None:
    result = await client.call_tool("query", {"query": "up"})
    assert not result.is_error, result


async def measure(plane: ControlPlane, folder: Path) -> list[Figure]:
    return await parts.of_all(PARTS, plane, folder)


async def _kubernetes(plane: ControlPlane, folder: Path) -> list[Figure]:
    async with apiserver(plane) as session:
        list_pods = read(session, f"/api/v1/namespaces/{NAMESPACE}/pods", limit="100")
        cluster = {"KUBECONFIG": str(plane.kubeconfig)}
        return await _calls("kubernetes", "get pods", get_pods, list_pods, folder, cluster)


async def _starts_of_the_rest(plane: ControlPlane, folder: Path) -> list[Figure]:
    logs = _starts("logs", folder, {"KUBECONFIG": str(plane.kubeconfig)})
    return [*logs, _floor_of_a_start(), _floor_of_memory(folder)]


async def _crowd(_: ControlPlane, folder: Path) -> list[Figure]:
    return await crowd.measure(folder)


async def _prometheus(_: ControlPlane, folder: Path) -> list[Figure]:
    (data := folder / "prometheus").mkdir()
    with real_prometheus(data, _ONE_SAMPLE) as prometheus:
        async with aiohttp.ClientSession(prometheus.url, raise_for_status=True) as session:
            query = read(session, "/api/v1/query", query="up")
            environment = {"PROMETHEUS_URL": prometheus.url}
            return await _calls("prometheus", "query up", query_up, query, folder, environment)


async def _calls(
    name: str,
    what: str,
    call: Callable[[Client], Awaitable[None]],
    request: Callable[[], Awaitable[None]],
    folder: Path,
    environment: Mapping[str, str],
) -> list[Figure]:
    """Calls and raw requests in turns, so that what else the machine does meets both alike."""
    ours: list[float] = []
    raw: list[float] = []
    with server(name, folder, **environment) as started:
        async with client(started.url) as connected:
            for _ in range(_WARM_UP):
                await call(connected)
                await request()
            for _ in range(CALLS):
                ours.append(await timed(lambda: call(connected)))
                raw.append(await timed(request))
        memory = rss_mib(started.pid)
    return [
        *latencies(f"{name}: {what}", ours),
        *latencies(f"{name}: the raw request", raw),
        ratio(f"{name}: {what}", ours, "the raw request to the backend", raw),
        Figure(f"{name}: memory after {CALLS + _WARM_UP} calls", memory, "MiB", _MOST_MEMORY),
        _to_ready(name, folder, environment),
    ]


def _starts(name: str, folder: Path, environment: Mapping[str, str]) -> list[Figure]:
    with server(name, folder, **environment) as started:
        memory = rss_mib(started.pid)
    return [Figure(f"{name}: memory, idle", memory, "MiB", _MOST_MEMORY), _to_ready(name, folder, environment)]


def _floor_of_a_start() -> Figure:
    """What the MCP SDK alone costs to import: two thirds of it build the models of two protocol revisions."""
    costs: list[float] = []
    for _ in range(_STARTS):
        before = os.times()
        subprocess.run([sys.executable, "-c", "import mcp.server.mcpserver, uvicorn, starlette"], check=True)
        after = os.times()
        costs.append(after.children_user + after.children_system - before.children_user - before.children_system)
    return Figure(f"the MCP SDK alone: CPU to import it, median of {_STARTS}", median(costs), "s")


def _floor_of_memory(folder: Path) -> Figure:
    port = free(1, "127.0.0.1")[0]
    health, log = f"http://127.0.0.1:{port}/health", folder / "bare.log"
    with running("-m", "tests.load.bare_server", str(port), environment={}, log=log, ready=health) as process:
        return Figure("the MCP SDK alone: memory of a server with one tool, idle", rss_mib(process.pid), "MiB")


def _to_ready(name: str, folder: Path, environment: Mapping[str, str]) -> Figure:
    costs: list[float] = []
    for _ in range(_STARTS):
        with server(name, folder, **environment) as started:
            costs.append(started.cpu_to_ready)
    return Figure(f"{name}: CPU from start to ready, median of {_STARTS}", median(costs), "s", 1.5)


async def _ranged(_: ControlPlane, folder: Path) -> list[Figure]:
    return await ranged.measure(folder)


async def _mining(_: ControlPlane, __: Path) -> list[Figure]:
    return await mining.measure()


PARTS = (
    Part("kubernetes", _kubernetes, 120),
    Part("start of a server", _starts_of_the_rest, 60),
    Part(f"kubernetes with {crowd.PODS} pods", _crowd, 420, prepare=(kwok.program, third_party_image)),
    Part("prometheus", _prometheus, 120, ("prometheus", "promtool")),
    Part("prometheus: query_range of a week", _ranged, 400, ("prometheus", "promtool")),
    Part("logs: search", searching.measure, 900),
    Part("logs: errors", _mining, 400),
)
