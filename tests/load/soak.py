"""A working day squeezed: users and others change many bots again and again; does the operator grow, or lose anything?

`make soak`, or `python -m tests.load.soak [--changes 50000]`, prints a table and writes bench/soak.json. Everything
runs on this machine, against a control plane of its own, and ends with it.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.cluster import ControlPlane
from tests.cluster.cluster import clear_abandoned
from tests.cluster.folders import owned
from tests.integration.operator.story import Story
from tests.load import figures
from tests.load.backends import apiserver
from tests.load.figures import Figure
from tests.load.measured_operator import MeasuredOperator
from tests.load.program import cpu_seconds, rss_mib
from tools.errors import BuildError

ROOT = Path(__file__).parents[2]
CHANGES, BOTS = 50_000, 100
FIRST = 5_000  # after that many everything has been warm for a while
SIDECARS = ("kubernetes", "logs")
_MOST_GROWTH = 1.10
_AT_A_TIME = 16
_SETTLES_WITHIN = 300.0  # seconds, at the end
_WITHOUT_A_LOOK = 200  # changes
_PODS_OF_A_ROLLOUT = 2
_FOLLOWED_WITHIN = 120.0  # seconds
_RIGHT_WITHIN = 150.0  # a bot that could not be reconciled several times in a row is tried again within two minutes
_SEED = 20261124  # so that two runs do the same


class PromptPlane(ControlPlane):
    """A control plane whose controllers send as many requests as there is work for, not 20 a second."""

    def _controller_manager_command(self) -> list[str]:
        return [*super()._controller_manager_command(), "--kube-api-qps=1000", "--kube-api-burst=2000"]


@dataclass
class Soak:
    """One namespace full of bots, and the sorts of changes with how often each is made."""

    story: Story
    api: aiohttp.ClientSession
    bots: list[str]
    chance: random.Random

    async def fill(self) -> None:
        for bot in self.bots:
            await self.make_bot(bot)
            for server in SIDECARS:
                await self.make_sidecar(bot, server)

    async def change(self, number: int) -> None:
        """One change of one bot."""
        sorts: dict[Callable[[str, int], Awaitable[None]], int] = {
            self.edit_tools: 40,
            self.edit_bot: 15,
            self.edit_environment: 5,
            self.edit_child: 15,
            self.delete_child: 12,
            self.change_secret: 3,
            self.replace_sidecar: 7,
            self.replace_bot: 3,
        }
        [sort] = self.chance.choices(list(sorts), list(sorts.values()))
        await sort(self.chance.choice(self.bots), number)

    async def edit_tools(self, bot: str, number: int) -> None:
        tools = {"timeoutSeconds": number % 300 + 1, "allow": [f"tool-{number}"]}
        await self._edit("sidecar", self._sidecar(bot), {"spec": {"tools": tools}})

    async def edit_bot(self, bot: str, number: int) -> None:
        await self._edit("bot", bot, {"spec": {"zulip": {"channels": [f"channel {number}"]}}})

    async def edit_environment(self, bot: str, number: int) -> None:
        await self._edit("sidecar", self._sidecar(bot), {"spec": {"env": [{"name": "NUMBER", "value": str(number)}]}})

    async def edit_child(self, bot: str, number: int) -> None:
        child, patch = self.chance.choice(
            [
                (("configmap", f"{bot}-mcp"), {"data": {"mcp.json": f'{{"number": {number}}}'}}),
                (("role", bot), {"rules": []}),
                (("deployment", bot), {"spec": {"template": {"metadata": {"labels": {"ritsuko.dev/bot": "no"}}}}}),
                (("deployment", bot), {"metadata": {"labels": {"of-others": str(number)}}}),
            ]
        )
        await self._edit(*child, patch)

    async def delete_child(self, bot: str, _: int) -> None:
        kind = self.chance.choice(["configmap", "role", "rolebinding", "serviceaccount"])
        await self._delete(kind, f"{bot}-mcp" if kind == "configmap" else bot)

    async def change_secret(self, _: str, number: int) -> None:
        """It rolls every bot that reads it: 5 of them."""
        await self._put(
            "secret", f"zulip-{number % 20}", {"data": {"ZULIP_EMAIL": "YQ==", "ZULIP_API_KEY": _key(number)}}
        )

    async def replace_sidecar(self, bot: str, _: int) -> None:
        server = self.chance.choice(SIDECARS)
        await self._delete("sidecar", f"{bot}-{server}")
        await self.make_sidecar(bot, server)

    async def replace_bot(self, bot: str, _: int) -> None:
        await self._delete("bot", bot)
        await self.make_bot(bot)

    async def make_bot(self, bot: str) -> None:
        secret = f"zulip-{self.bots.index(bot) % 20}"
        zulip = {"site": "https://chat.test", "credentialsSecret": {"name": secret}}
        await self._put("bot", bot, {"spec": {"zulip": zulip, "rbac": {"scope": "Namespace"}}})

    async def make_sidecar(self, bot: str, server: str) -> None:
        await self._put("sidecar", f"{bot}-{server}", {"spec": {"botRef": {"name": bot}, "server": server}})

    def _sidecar(self, bot: str) -> str:
        return f"{bot}-{self.chance.choice(SIDECARS)}"

    async def _put(self, kind: str, name: str, manifest: dict[str, Any]) -> None:
        kinds = {"bot": ("ritsuko.dev/v1alpha1", "RitsukoBot"), "sidecar": ("ritsuko.dev/v1alpha1", "McpSidecar")}
        version, kind_name = kinds.get(kind, ("v1", "Secret"))
        body = {"apiVersion": version, "kind": kind_name, "metadata": {"name": name}, **manifest}
        parameters = {"fieldManager": "a-user", "force": "true"}
        await self._send("PATCH", self.story.path(kind, name), body, "application/apply-patch+yaml", **parameters)

    async def _edit(self, kind: str, name: str, patch: dict[str, Any]) -> None:
        await self._send("PATCH", self.story.path(kind, name), patch, "application/merge-patch+json")

    async def _delete(self, kind: str, name: str) -> None:
        await self._send("DELETE", self.story.path(kind, name), {"propagationPolicy": "Background"})

    async def _send(
        self, method: str, path: str, body: object, content_type: str = "application/json", **parameters: str
    ) -> None:
        headers = {"Content-Type": content_type}
        async with self.api.request(
            method, path, json=body, params=parameters, headers=headers, raise_for_status=False
        ) as answer:
            text = await answer.text()
        # somebody else has just deleted it, or its name is still taken by what is being deleted
        assert answer.status < 300 or answer.status in (404, 409), f"{method} {path}: {answer.status} {text[:300]}"


async def measure(plane: ControlPlane, folder: Path, changes: int, bots: int, first: int) -> list[Figure]:
    """Compares the memory at the end with that after the `first` changes.

    The operator has the rights that `manifests/` gives it. No kubelet: pods stay pending.
    """
    credentials = plane.kubeconfig_for_serviceaccount("ritsuko-system", "ritsuko-operator")
    story = Story(plane)
    for number in range(20):
        story.secret(f"zulip-{number}")
    with MeasuredOperator(credentials, folder / "operator.log") as operator:
        async with apiserver(plane) as api:
            soak = Soak(story, api, [f"bot-{number:03}" for number in range(bots)], random.Random(_SEED))
            await soak.fill()
            await operator.settled(within=_SETTLES_WITHIN)
            filled = rss_mib(operator.pid)
            began, cpu = time.monotonic(), cpu_seconds(operator.pid)
            await _make(soak, range(first))
            await operator.settled(within=_SETTLES_WITHIN)
            early = rss_mib(operator.pid)
            await _make(soak, range(first, changes))
            await operator.settled(within=_SETTLES_WITHIN)
            late = rss_mib(operator.pid)
            wrong = await _wrong_in_the_end(soak)
        seconds, spent, writes = time.monotonic() - began, cpu_seconds(operator.pid) - cpu, operator.writes()
        defects = operator.log_text().count("reconciling it failed")
        ended = operator.exit_code() is not None
    return [
        Figure(f"changes to {bots} bots", changes, "changes"),
        Figure("all of them, until it is quiet", seconds, "s"),
        Figure("writes of the operator", writes, "writes"),
        Figure("CPU of the operator for a change", spent / changes * 1000, "ms"),
        Figure("memory with all bots made", filled, "MiB"),
        Figure(f"memory after the first {first} changes", early, "MiB"),
        Figure("memory at the end", late, "MiB"),
        Figure(f"memory at the end, divided by that after the first {first}", late / early, "times", _MOST_GROWTH),
        Figure("bots and sidecars that are not as they should be in the end", len(wrong), "objects", 0),
        Figure("reconciles that failed by a defect", defects, "reconciles", 0),
        Figure("times that the operator ended", int(ended), "times", 0),
    ]


async def _make(soak: Soak, numbers: range) -> None:
    """Makes changes as fast as they are taken, and no faster than the cluster's controllers follow: pods that they have
    yet to take away are the cluster's growth, and not the operator's."""
    for start in range(numbers.start, numbers.stop, _WITHOUT_A_LOOK):
        turns = iter(range(start, min(start + _WITHOUT_A_LOOK, numbers.stop)))

        async def take_turns(turns: Iterator[int] = turns) -> None:
            for number in turns:
                await soak.change(number)

        await asyncio.gather(*(take_turns() for _ in range(_AT_A_TIME)))
        await _followed(soak)


async def _followed(soak: Soak) -> None:
    """Waits until no bot has more pods than a rollout takes."""
    async with asyncio.timeout(_FOLLOWED_WITHIN):
        while True:
            if len(await _list(soak, "pod")) <= _PODS_OF_A_ROLLOUT * len(soak.bots):
                return
            await asyncio.sleep(0.1)


async def _wrong_in_the_end(soak: Soak) -> list[str]:
    """What is wrong and stays so: the cluster's garbage collector may still take children of bots that were replaced,
    and each is made anew then."""
    deadline = time.monotonic() + _RIGHT_WITHIN
    while True:
        wrong = await _wrong(soak)
        if not wrong or time.monotonic() > deadline:
            print(*wrong, sep="\n", file=sys.stderr)
            return wrong
        await asyncio.sleep(0.5)


async def _wrong(soak: Soak) -> list[str]:
    """The bots and sidecars whose latest spec nobody has seen, and the bots that lack a child or a server."""
    lists = {
        kind: await _list(soak, kind)
        for kind in ("bot", "sidecar", "deployment", "configmap", "role", "rolebinding", "serviceaccount")
    }
    unseen = [
        name
        for kind in ("bot", "sidecar")
        for name, item in lists[kind].items()
        if item.get("status", {}).get("observedGeneration") != item["metadata"]["generation"]
    ]
    lacking = [
        f"{kind} of {bot}"
        for bot in lists["bot"]
        for kind in ("deployment", "configmap", "role", "rolebinding", "serviceaccount")
        if (f"{bot}-mcp" if kind == "configmap" else bot) not in lists[kind]
    ]
    serverless = [
        f"server {server} of {bot}"
        for bot in lists["bot"]
        for server in SIDECARS
        if f'"{bot}-{server}"' not in lists["configmap"].get(f"{bot}-mcp", {}).get("data", {}).get("mcp.json", "")
    ]
    return unseen + lacking + serverless


async def _list(soak: Soak, kind: str) -> dict[str, Any]:
    async with soak.api.get(soak.story.path(kind)) as answer:
        return {item["metadata"]["name"]: item for item in (await answer.json())["items"]}


def _key(number: int) -> str:
    return f"key{number % 10_000:05}"  # base64 of something, and never the same twice in a row


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.load.soak", description="Change bots; write bench/soak.json."
    )
    parser.add_argument("--changes", type=int, default=CHANGES)
    parser.add_argument("--bots", type=int, default=BOTS)
    arguments = parser.parse_args()
    try:
        return asyncio.run(_run(arguments.changes, arguments.bots))
    except (BuildError, TimeoutError) as error:
        print(f"soak: {error or 'it does not come to rest'}", file=sys.stderr)
        return 1


async def _run(changes: int, bots: int) -> int:
    machine = figures.machine()
    clear_abandoned()
    with PromptPlane(owned()) as plane, tempfile.TemporaryDirectory(prefix="ritsuko-soak-") as folder:
        install(plane)
        versions = figures.versions(plane)
        found = await measure(plane, Path(folder), changes, bots, min(FIRST, changes // 2))
    figures.write(ROOT / "bench" / "soak.json", machine, versions, found)
    print(figures.table("soak", found))
    return int(any(figure.met is False for figure in found))


def install(plane: ControlPlane) -> None:
    """The CRDs and the operator's rights, without its Deployment: it runs beside the cluster."""
    plane.kubectl("apply", "-f", str(ROOT / "manifests" / "install.yaml"))
    plane.kubectl("delete", "deployment", "--all", "--namespace", "ritsuko-system")
    plane.kubectl("wait", "--for=condition=Established", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev")


if __name__ == "__main__":
    sys.exit(main())
