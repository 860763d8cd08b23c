"""The operator as a process of its own: many bots applied at once, nothing to do, drift, and what a restart costs.

No kubelet: pods stay pending. The operator has the rights that `manifests/` gives it, and its writes are counted by the
apiserver. It runs without leader election, whose Lease would be the one thing written while all is idle.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp

from tests.integration.operator.story import Story
from tests.load.audit import Audit, AuditedPlane, Write, by_kind
from tests.load.backends import apiserver
from tests.load.figures import Figure
from tests.load.measured_operator import MeasuredOperator
from tests.load.program import cpu_seconds, rss_mib
from tests.load.replay import final, floor, seconds_to_replay
from tests.load.samples import latencies, median, percentile
from tests.load.sightings import CHILDREN, Sightings, watching

SIDECARS = ("kubernetes", "prometheus", "logs")
CROWDS = (100, 300)
_ALONE = 7
_AT_A_TIME = 16
_IDLE_SECONDS = 60.0
_DRIFTED_WHILE_DOWN = 20
_SAMPLES = 40
_OTHERS = 100
_BETWEEN_EDITS = 0.02  # seconds
_TIMEOUTS = itertools.cycle(range(100, 300))  # each edit says something new
_FLOOR_REQUESTS = 1000
_AT_REST_SECONDS = 1.0
_AT_REST_SHARE = 0.03  # of a processor
_ENVIRONMENT = {"prometheus": [{"name": "PROMETHEUS_URL", "value": "http://prometheus.monitoring:9090"}]}


@dataclass(frozen=True)
class Copy:
    """Bots applied once more while no operator looks at them: in how many seconds, and what replays their writes."""

    applied_in: float
    replay: Callable[[Sequence[Write]], Awaitable[float]]


@dataclass
class Bench:
    """What every measurement needs."""

    plane: AuditedPlane
    api: aiohttp.ClientSession
    operator: MeasuredOperator
    audit: Audit

    def story(self) -> Story:
        story = Story(self.plane)
        story.secret()
        return story


async def measure(plane: AuditedPlane, folder: Path) -> list[Figure]:
    credentials = plane.kubeconfig_for_serviceaccount("ritsuko-system", "ritsuko-operator")
    async with apiserver(plane) as api:
        with MeasuredOperator(credentials, folder / "operator.log") as operator:
            bench = Bench(plane, api, operator, Audit(plane))
            figures = await _alone(bench)
            for number in CROWDS:
                last = number == CROWDS[-1]
                story = bench.story()
                figures += await _crowd(bench, story, number)
                if last:
                    figures += await _at_rest(bench, story, number)
                    figures += await _latencies(bench, story)
                await _clear(bench, story)
    return figures


async def _alone(bench: Bench) -> list[Figure]:
    """One after the other, each when the one before has settled; then the raw speed of one Python process."""
    story = bench.story()
    seconds: list[float] = []
    async with watching(bench.api, story) as sightings:
        for number in range(_ALONE):
            began = await _apply(bench, story, f"alone-{number}")
            done = await sightings.complete(_children([f"alone-{number}"]), within=30)
            seconds.append(max(done) - began)
            await bench.audit.settled(quiet=1.0)
    speed = await floor(bench.api, story.namespace, requests=_FLOOR_REQUESTS, at_a_time=_AT_A_TIME)
    await _clear(bench, story)
    return [
        Figure(f"N=1, apply to all children: p50 of {_ALONE}", median(seconds), "s", 0.25),
        Figure(f"N=1, apply to all children: slowest of {_ALONE}", max(seconds), "s"),
        Figure(f"floor: small ConfigMaps that one Python process applies, {_AT_A_TIME} at a time", speed, "/s"),
    ]


async def _crowd(bench: Bench, story: Story, number: int) -> list[Figure]:
    """All at once; then the same final writes once more, with the operator down."""
    names = [f"bot-{index:03}" for index in range(number)]
    operator, audit, label = bench.operator, bench.audit, f"N={number}"
    mark, cpu = await audit.settled(), cpu_seconds(operator.pid)
    async with watching(bench.api, story) as sightings:
        began = await _apply_all(bench, story, names)
        children = await sightings.complete(_children(names), within=240)
        statuses = await sightings.complete(_resources(names), within=60)
        await audit.settled()
        writes = audit.since(mark)
        spent = cpu_seconds(operator.pid) - cpu
    per_bot = [max(children[index::number]) - began[index] for index in range(number)]
    converged = max(*children, *statuses) - min(began)
    once_more = final(writes)
    with operator.down():
        async with _copied(bench, story, names) as copy:
            replayed = await copy.replay(once_more)
    applied = len(names) * (1 + len(SIDECARS))
    needed = number * (len(CHILDREN) + 1 + 1 + len(SIDECARS))
    return [
        Figure(f"{label}, apply to all children: p50", median(per_bot), "s"),
        Figure(f"{label}, apply to all children: p95", percentile(per_bot, 95), "s"),
        Figure(f"{label}, first apply to the last child", max(children) - min(began), "s"),
        Figure(f"{label}, first apply to the last child and status", converged, "s"),
        Figure(f"{label}, raw replay of the same {len(once_more)} final writes, {_AT_A_TIME} at a time", replayed, "s"),
        Figure(
            f"{label}, the users' {applied} applies, without an operator, {_AT_A_TIME} at a time", copy.applied_in, "s"
        ),
        Figure(f"{label}, first apply to the last child and status, by the raw replay", converged / replayed, "times"),
        Figure(
            f"{label}, first apply to the last child and status, by the users' applies and the raw replay together",
            converged / (copy.applied_in + replayed),
            "times",
            1.5,
        ),
        Figure(f"{label}, CPU of the operator for a bot", spent / number * 1000, "ms", 20),
        *(await _cost_floor(bench, story, once_more, names) if number == CROWDS[0] else ()),
        Figure(f"{label}, memory of the operator", rss_mib(operator.pid), "MiB", 90),
        Figure(f"{label}, children written more than once", _repeated(writes), "writes", 0),
        Figure(f"{label}, statuses written that say nothing new", _nothing_new(writes), "writes", 0),
        Figure(f"{label}, all writes for a bot", len(writes) / number, "writes"),
        Figure(f"{label}, one write for each child and status, for a bot", needed / number, "writes"),
        *(
            Figure(f"{label}, writes of {kind} for a bot", count / number, "writes")
            for kind, count in sorted(by_kind(writes).items())
        ),
    ]


@asynccontextmanager
async def _copied(bench: Bench, story: Story, names: Sequence[str]) -> AsyncIterator[Copy]:
    """Bots of the same names in a namespace of their own, for which the story's writes can be sent once more."""
    copy = bench.story()
    began = time.monotonic()
    await _apply_all(bench, copy, names)
    applied_in = time.monotonic() - began
    before, after = await _uids(bench, story), await _uids(bench, copy)
    owners = {uid: after[which] for which, uid in before.items()}
    yield Copy(
        applied_in, partial(seconds_to_replay, bench.api, into=copy.namespace, uids=owners, at_a_time=_AT_A_TIME)
    )
    await _clear(bench, copy)


async def _cost_floor(bench: Bench, story: Story, writes: Sequence[Write], names: Sequence[str]) -> list[Figure]:
    """What the same work costs a Python process at least: to send those writes, and to watch.

    An operator that stands by while another one leads only watches, and takes a look at each event.
    """
    label = f"N={len(names)}"
    with bench.operator.down():
        async with _standby(bench) as standby:
            watching = cpu_seconds(standby.pid)
            async with _copied(bench, story, names) as copy:
                sending = time.process_time()
                await copy.replay(writes)
                sending = time.process_time() - sending
                watching = await _cpu_at_rest(standby.pid) - watching
    return [
        Figure(f"{label}, CPU of a process that sends the same writes, for a bot", sending / len(names) * 1000, "ms"),
        Figure(f"{label}, CPU of an operator that only watches, for a bot", watching / len(names) * 1000, "ms"),
    ]


async def _cpu_at_rest(pid: int) -> float:
    """The processor time that a process has used when it uses no more for a moment."""
    seconds, since = cpu_seconds(pid), time.monotonic()
    while time.monotonic() - since < _AT_REST_SECONDS:
        await asyncio.sleep(0.2)
        if (now := cpu_seconds(pid)) - seconds > _AT_REST_SHARE * _AT_REST_SECONDS:
            seconds, since = now, time.monotonic()
    return seconds


@asynccontextmanager
async def _standby(bench: Bench) -> AsyncIterator[MeasuredOperator]:
    """An operator that another one, which is not there, has the lead of."""
    lease = {"holderIdentity": "bench", "leaseDurationSeconds": 3600, "renewTime": "2026-01-01T00:00:00.000000Z"}
    path = "/apis/coordination.k8s.io/v1/namespaces/ritsuko-system/leases/ritsuko-operator"
    manifest = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "ritsuko-operator"}}
    apply = {"Content-Type": "application/apply-patch+yaml"}
    await _read(
        bench.api.patch(path, params={"fieldManager": "bench"}, json={**manifest, "spec": lease}, headers=apply)
    )
    settings = {"RITSUKO_LEADER_ELECTION": "true", "RITSUKO_LEASE_NAMESPACE": "ritsuko-system"}
    with bench.operator.another(**settings) as standby:
        yield standby


async def _at_rest(bench: Bench, story: Story, number: int) -> list[Figure]:
    """Nothing changes; it is started anew; it is started anew after drift."""
    operator, audit, label = bench.operator, bench.audit, f"N={number}"
    await _given_up(bench, story)
    await operator.reconciled(number)
    mark, cpu = await audit.settled(), cpu_seconds(operator.pid)
    memory = rss_mib(operator.pid)
    await asyncio.sleep(_IDLE_SECONDS)
    share = (cpu_seconds(operator.pid) - cpu) / _IDLE_SECONDS * 100
    idle = audit.read() - mark
    with operator.down():
        pass
    ready = cpu_seconds(operator.pid)
    await operator.reconciled(number)
    restart = await audit.settled() - mark - idle
    with operator.down():
        for index in range(_DRIFTED_WHILE_DOWN):
            await _drift(bench, story, ("role", "configmap")[index % 2], f"bot-{index:03}")
    await operator.reconciled(number)
    repaired = await audit.settled() - mark - idle - restart
    return [
        Figure(f"{label}, writes while idle for {_IDLE_SECONDS:g} s", idle, "writes", 0),
        Figure(f"{label}, CPU while idle for {_IDLE_SECONDS:g} s", share, "%", 0.5),
        Figure(f"{label}, memory after a restart", memory, "MiB", 100),
        Figure(f"{label}, CPU from start to ready", ready, "s"),
        Figure(f"{label}, writes at a restart with nothing changed", restart, "writes", 0),
        Figure(
            f"{label}, writes at a restart after {_DRIFTED_WHILE_DOWN} drifted", repaired, "writes", _DRIFTED_WHILE_DOWN
        ),
    ]


async def _latencies(bench: Bench, story: Story) -> list[Figure]:
    """Drift to repaired, and a sidecar's edit to the ConfigMap: idle, and while many other bots change."""
    figures: list[Figure] = []
    async with watching(bench.api, story) as sightings:
        for when, target, crowd in (("idle", 150, _nothing_else), (f"{_OTHERS} others change", 1000, _others_change)):
            async with crowd(bench, story):
                drift = [await _seconds_to_repair(bench, story, sightings, index) for index in range(_SAMPLES)]
                edits = [await _seconds_to_config(bench, story, sightings, index) for index in range(_SAMPLES)]
            await bench.audit.settled()
            figures += latencies(f"drift to repaired, {when}", drift, p95=target)
            figures += latencies(f"sidecar edited to ConfigMap written, {when}", edits, p95=target)
    return figures


async def _seconds_to_repair(bench: Bench, story: Story, sightings: Sightings, index: int) -> float:
    kind, bot = ("role", "configmap", "deployment", "rolebinding")[index % 4], f"bot-{index:03}"
    name = _child(kind, bot)
    await _seen_whole(sightings, kind, name)
    before = sightings.now[kind, name]["metadata"]
    began = time.monotonic()
    await _drift(bench, story, kind, bot)

    def repaired(live: dict[str, Any]) -> bool:
        if kind == "deployment":
            return live["metadata"]["generation"] >= before["generation"] + 2
        return live["metadata"]["uid"] != before["uid"]

    return await sightings.until(kind, name, repaired) - began


async def _seconds_to_config(bench: Bench, story: Story, sightings: Sightings, index: int) -> float:
    bot = f"bot-{_SAMPLES + index:03}"
    await _seen_whole(sightings, "configmap", _child("configmap", bot))
    before = sightings.now["configmap", _child("configmap", bot)]["data"]["mcp.json"]
    began = time.monotonic()
    await _edit(bench, story, f"{bot}-{SIDECARS[0]}", seconds=next(_TIMEOUTS))
    return (
        await sightings.until("configmap", _child("configmap", bot), lambda live: live["data"]["mcp.json"] != before)
        - began
    )


async def _given_up(bench: Bench, story: Story) -> None:
    """Waits until the pods, which no node takes, have been pending for so long that each status has said so: from then
    on time changes nothing."""
    waiting: list[str] = []
    try:
        async with asyncio.timeout(240):
            while True:
                async with bench.api.get(story.path("bot")) as answer:
                    bots = (await answer.json())["items"]
                lines = [line for bot in bots for line in bot["status"]["sidecars"]]
                if not (waiting := [line["name"] for line in lines if line["phase"] != "Failed"]):
                    break
                await asyncio.sleep(2)
    except TimeoutError as error:
        raise TimeoutError(f"{len(waiting)} sidecars do not count as failed, such as {waiting[:3]}") from error
    await bench.audit.settled()


async def _seen_whole(sightings: Sightings, kind: str, name: str) -> None:
    await sightings.until(kind, name, lambda _: True)


@asynccontextmanager
async def _nothing_else(bench: Bench, story: Story) -> AsyncIterator[None]:
    yield


@asynccontextmanager
async def _others_change(bench: Bench, story: Story) -> AsyncIterator[None]:
    """A sidecar of each of many other bots is edited, one after the other, over and over."""
    others = [f"bot-{CROWDS[-1] - 1 - index:03}" for index in range(_OTHERS)]

    async def change() -> None:
        for seconds in itertools.cycle(range(31, 91)):
            for bot in others:
                await _edit(bench, story, f"{bot}-{SIDECARS[1]}", seconds=seconds)
                await asyncio.sleep(_BETWEEN_EDITS)

    changing = asyncio.create_task(change())
    try:
        yield
    finally:
        changing.cancel()
        await asyncio.gather(changing, return_exceptions=True)


async def _drift(bench: Bench, story: Story, kind: str, bot: str) -> None:
    path = story.path(kind, _child(kind, bot))
    if kind == "deployment":
        patch = {"spec": {"progressDeadlineSeconds": 17}}
        await _read(bench.api.patch(path, json=patch, headers={"Content-Type": "application/merge-patch+json"}))
    else:
        await _read(bench.api.delete(path))


async def _edit(bench: Bench, story: Story, sidecar: str, *, seconds: int) -> None:
    patch = {"spec": {"tools": {"timeoutSeconds": seconds}}}
    path = story.path("sidecar", sidecar)
    await _read(bench.api.patch(path, json=patch, headers={"Content-Type": "application/merge-patch+json"}))


async def _apply(bench: Bench, story: Story, bot: str) -> float:
    """The bot, then its sidecars, as they stand in one file; returns the moment before the first request."""
    began = time.monotonic()
    zulip = {"site": "https://chat.test", "credentialsSecret": {"name": "zulip"}}
    await _send(bench, story.path("bot", bot), "RitsukoBot", {"zulip": zulip})
    for server in SIDECARS:
        spec: dict[str, Any] = {"botRef": {"name": bot}, "server": server, "env": _ENVIRONMENT.get(server, [])}
        await _send(bench, story.path("sidecar", f"{bot}-{server}"), "McpSidecar", spec)
    return began


async def _apply_all(bench: Bench, story: Story, bots: Sequence[str]) -> list[float]:
    """So many bots at a time as there are connections; returns for each the moment before its first request."""
    turns = asyncio.Semaphore(_AT_A_TIME)

    async def in_turn(bot: str) -> float:
        async with turns:
            return await _apply(bench, story, bot)

    return await asyncio.gather(*(in_turn(bot) for bot in bots))


async def _send(bench: Bench, path: str, kind: str, spec: dict[str, Any]) -> None:
    manifest = {"apiVersion": "ritsuko.dev/v1alpha1", "kind": kind, "metadata": {"name": path.rpartition("/")[2]}}
    await _read(
        bench.api.patch(
            path,
            params={"fieldManager": "bench"},
            json={**manifest, "spec": spec},
            headers={"Content-Type": "application/apply-patch+yaml"},
        )
    )


async def _read(request: Any) -> None:
    async with request as answer:
        await answer.read()


async def _clear(bench: Bench, story: Story) -> None:
    """Deletes the namespace and waits until its pods and bots are gone, so that nothing of it is at work later."""
    await _read(bench.api.delete(f"/api/v1/namespaces/{story.namespace}"))
    found: list[dict[str, Any]] = []
    try:
        async with asyncio.timeout(180):
            while True:
                async with bench.api.get(f"/api/v1/namespaces?fieldSelector=metadata.name={story.namespace}") as answer:
                    if not (found := (await answer.json())["items"]):
                        break
                await asyncio.sleep(0.5)
    except TimeoutError as error:
        raise TimeoutError(f"a deleted namespace stays: {found and found[0]['status']}") from error
    await bench.audit.settled()


async def _uids(bench: Bench, story: Story) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for kind in ("bot", "sidecar"):
        async with bench.api.get(story.path(kind)) as answer:
            for item in (await answer.json())["items"]:
                found[kind, item["metadata"]["name"]] = item["metadata"]["uid"]
    return found


def _children(bots: Sequence[str]) -> list[tuple[str, str]]:
    """By kind, then by bot."""
    return [(kind, _child(kind, bot)) for kind in CHILDREN for bot in bots]


def _child(kind: str, bot: str) -> str:
    return {"configmap": f"{bot}-mcp", "secret": f"{bot}-mcp-tokens"}.get(kind, bot)


def _sidecars(bots: Sequence[str]) -> list[str]:
    return [f"{bot}-{server}" for bot in bots for server in SIDECARS]


def _resources(bots: Sequence[str]) -> list[tuple[str, str]]:
    return [*(("bot", bot) for bot in bots), *(("sidecar", name) for name in _sidecars(bots))]


def _repeated(writes: Sequence[Any]) -> int:
    """Writes of a child beyond the first."""
    children = [(write.resource, write.name) for write in writes if "/" not in write.resource and write.verb == "patch"]
    return len(children) - len(set(children))


def _nothing_new(writes: Sequence[Write]) -> int:
    """Writes of a status that say what the write before has said of the same resource."""
    said: dict[tuple[str, str], Any] = {}
    repeated = 0
    for write in writes:
        if write.resource.endswith("/status"):
            what = write.resource, write.name
            repeated += said.get(what) == write.body["status"]
            said[what] = write.body["status"]
    return repeated
