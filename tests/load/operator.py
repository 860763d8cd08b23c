"""The operator as a process of its own: bots applied at once until all their children are there; then nothing to do."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp

from tests.cluster import ControlPlane
from tests.integration.operator.story import Story
from tests.load.arrivals import KINDS, Arrivals, watching
from tests.load.backends import apiserver
from tests.load.figures import Figure
from tests.load.measured_operator import MeasuredOperator
from tests.load.program import cpu_seconds, rss_mib
from tests.load.replay import seconds_to_replay
from tests.load.samples import median, percentile

SIDECARS = ("kubernetes", "prometheus", "logs")
MANY = 30
_ALONE_REPETITIONS = 7
_TOGETHER = f"N={MANY}, first apply to the last child"
_IDLE_SECONDS = 10.0
_AT_A_TIME = 16
_ENVIRONMENT = {"prometheus": [{"name": "PROMETHEUS_URL", "value": "http://prometheus.monitoring:9090"}]}


async def measure(plane: ControlPlane, folder: Path) -> list[Figure]:
    """With the rights that `manifests/` gives the operator. No kubelet: pods stay pending."""
    credentials = plane.kubeconfig_for_serviceaccount("ritsuko-system", "ritsuko-operator")
    settings = {"RITSUKO_SECRETS_PERIOD": "30"}
    async with apiserver(plane) as api:
        with MeasuredOperator(credentials, folder / "operator.log", **settings) as operator:
            figures = await _one_bot(plane, api, operator)
            story = _namespace(plane)
            figures += await _many_bots(story, api, operator)
        replayed = await seconds_to_replay(api, story, _namespace(plane), at_a_time=_AT_A_TIME)
    together = next(figure.value for figure in figures if figure.name == _TOGETHER)
    return [
        *figures,
        Figure(f"N={MANY}, raw replay of the same children, {_AT_A_TIME} at a time", replayed, "s"),
        Figure(f"{_TOGETHER}, divided by the raw replay", together / replayed, "times", 1.5),
    ]


async def _one_bot(plane: ControlPlane, api: aiohttp.ClientSession, operator: MeasuredOperator) -> list[Figure]:
    """One after the other, each when the one before has settled."""
    story = _namespace(plane)
    name = "one"
    seconds: list[float] = []
    async with watching(api, _paths(story), containers=1 + len(SIDECARS)) as arrivals:
        began = await _apply(api, story, name)
        seconds.append((await arrivals.complete([name], within=30))[name] - began)
        await operator.settled()
        quiet = await _at_rest(operator, "N=1", bots=1)
        for number in range(1, _ALONE_REPETITIONS):
            name = f"alone-{number}"
            began = await _apply(api, story, name)
            seconds.append((await arrivals.complete([name], within=30))[name] - began)
            await operator.settled(quiet=0.5)
    return [
        Figure(f"N=1, apply to all children ({len(KINDS)} kinds): p50 of {len(seconds)}", median(seconds), "s", 0.25),
        Figure(f"N=1, apply to all children ({len(KINDS)} kinds): slowest of {len(seconds)}", max(seconds), "s"),
        *quiet,
    ]


async def _many_bots(story: Story, api: aiohttp.ClientSession, operator: MeasuredOperator) -> list[Figure]:
    """All at once."""
    names = [f"bot-{number:02}" for number in range(MANY)]
    cpu, writes = cpu_seconds(operator.pid), operator.writes()
    async with watching(api, _paths(story), containers=1 + len(SIDECARS)) as arrivals:
        began, done = await _apply_at_once(api, story, names, arrivals)
    written = await operator.settled() - writes
    spent = cpu_seconds(operator.pid) - cpu
    seconds = [done[name] - began[name] for name in names]
    label = f"N={MANY}"
    return [
        Figure(f"{label}, apply to all children ({len(KINDS)} kinds): p50", median(seconds), "s"),
        Figure(f"{label}, apply to all children ({len(KINDS)} kinds): p95", percentile(seconds, 95), "s"),
        Figure(_TOGETHER, max(done.values()) - min(began.values()), "s"),
        Figure(f"{label}, writes for a bot and its {len(SIDECARS)} sidecars", written / MANY, "writes"),
        Figure(f"{label}, CPU for a bot and its {len(SIDECARS)} sidecars", spent / MANY * 1000, "ms", 20),
        Figure(f"{label}, memory", rss_mib(operator.pid), "MiB", 100),
        *await _at_rest(operator, label, bots=MANY + _ALONE_REPETITIONS),
    ]


async def _at_rest(operator: MeasuredOperator, label: str, *, bots: int) -> list[Figure]:
    """Nothing changes for a while; then it is started anew, and looks at every bot."""
    writes, cpu = operator.writes(), cpu_seconds(operator.pid)
    await asyncio.sleep(_IDLE_SECONDS)
    idle = operator.writes() - writes
    share = (cpu_seconds(operator.pid) - cpu) / _IDLE_SECONDS * 100
    with operator.down():
        pass
    ready = cpu_seconds(operator.pid)
    await operator.reconciled(bots)
    return [
        Figure(f"{label}, writes while idle for {_IDLE_SECONDS:g} s", idle, "writes", 0),
        Figure(f"{label}, CPU while idle for {_IDLE_SECONDS:g} s", share, "%", 0.5),
        Figure(f"{label}, writes at a restart with nothing changed", await operator.settled(), "writes", 0),
        Figure(f"{label}, CPU from start to ready", ready, "s"),
    ]


async def _apply_at_once(
    api: aiohttp.ClientSession, story: Story, names: list[str], arrivals: Arrivals
) -> tuple[dict[str, float], dict[str, float]]:
    """By bot, when it was applied and when it was complete."""
    turns = asyncio.Semaphore(_AT_A_TIME)

    async def in_turn(name: str) -> float:
        async with turns:
            return await _apply(api, story, name)

    began = await asyncio.gather(*(in_turn(name) for name in names))
    return dict(zip(names, began, strict=True)), await arrivals.complete(names, within=60)


async def _apply(api: aiohttp.ClientSession, story: Story, bot: str) -> float:
    """The bot, then its sidecars, as they stand in one file; returns the moment before the first request."""
    began = time.monotonic()
    zulip = {"site": "https://chat.test", "credentialsSecret": {"name": "zulip"}}
    await _send(api, story.path("bot", bot), "RitsukoBot", {"zulip": zulip})
    for server in SIDECARS:
        spec: dict[str, Any] = {"botRef": {"name": bot}, "server": server, "env": _ENVIRONMENT.get(server, [])}
        await _send(api, story.path("sidecar", f"{bot}-{server}"), "McpSidecar", spec)
    return began


async def _send(api: aiohttp.ClientSession, path: str, kind: str, spec: dict[str, Any]) -> None:
    manifest = {"apiVersion": "ritsuko.dev/v1alpha1", "kind": kind, "metadata": {"name": path.rpartition("/")[2]}}
    async with api.patch(
        path,
        params={"fieldManager": "bench"},
        json={**manifest, "spec": spec},
        headers={"Content-Type": "application/apply-patch+yaml"},
    ) as answer:
        await answer.read()


def _namespace(plane: ControlPlane) -> Story:
    story = Story(plane)
    story.secret()
    return story


def _paths(story: Story) -> dict[str, str]:
    return {kind: story.path(kind) for kind in KINDS}
