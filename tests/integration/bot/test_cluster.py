"""Lease and report on a real apiserver, with the rights that the operator gives a bot, and no others."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml

from ritsuko_api.bot import RitsukoBot
from ritsuko_bot.cluster import report
from ritsuko_bot.service import serve
from ritsuko_bot.settings import ZulipSettings
from ritsuko_bot.web.app import listen
from ritsuko_common import service_account
from ritsuko_operator.render.rbac import role, role_binding
from tests.cluster import ControlPlane
from tests.integration.bot.bots import all_said, eventually
from tests.zulip import ZulipEmulator

pytestmark = pytest.mark.controlplane

NAME = "ops"


@dataclass
class Home:
    """A namespace with a RitsukoBot, its ServiceAccount and its rights."""

    plane: ControlPlane
    namespace: str

    def bot(self) -> dict[str, Any]:
        return self._get("ritsukobots.ritsuko.dev")

    def report(self) -> dict[str, Any]:
        return self.bot().get("status", {}).get("runtime", {})

    def lease(self) -> dict[str, Any]:
        return self._get("leases")

    def managers_of_status(self) -> set[str]:
        path = f"/apis/ritsuko.dev/v1alpha1/namespaces/{self.namespace}/ritsukobots/{NAME}"
        fields = self.plane.api.request("GET", path)["metadata"]["managedFields"]
        return {entry["manager"] for entry in fields if entry.get("subresource") == "status"}

    def _get(self, kind: str) -> dict[str, Any]:
        return json.loads(self.plane.kubectl("-n", self.namespace, "get", kind, NAME, "-o", "json"))


@pytest.fixture
def home(plane: ControlPlane, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Home:
    namespace = request.node.name.replace("_", "-")[:50].strip("-")
    plane.kubectl("create", "namespace", namespace)
    manifest = {
        "apiVersion": "ritsuko.dev/v1alpha1",
        "kind": "RitsukoBot",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {"zulip": {"credentialsSecret": {"name": "zulip"}}},
    }
    plane.kubectl("apply", "-f", "-", input=yaml.safe_dump(manifest))
    home = Home(plane, namespace)
    bot = RitsukoBot.model_validate(home.bot())
    plane.kubectl("-n", namespace, "create", "serviceaccount", NAME)
    for rights in (role(bot), role_binding(bot)):
        plane.kubectl("apply", "-f", "-", input=json.dumps(rights))
    # What the kubelet mounts into a pod.
    (tmp_path / "token").write_text(plane.token_for_serviceaccount(namespace, NAME))
    (tmp_path / "ca.crt").write_bytes(plane.ca_file.read_bytes())
    monkeypatch.setattr(service_account, "FOLDER", tmp_path)
    url = httpx2.URL(plane.url)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", url.host)
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(url.port))
    return home


class Pod:
    """One pod of the bot, running in this process."""

    def __init__(self, task: asyncio.Task[None], stopping: asyncio.Event, listening: socket.socket) -> None:
        self.task = task
        self._stopping = stopping
        self._url = f"http://127.0.0.1:{listening.getsockname()[1]}"

    async def stop(self) -> None:
        self._stopping.set()
        await asyncio.wait_for(self.task, 10)

    async def kill(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)

    async def ready(self) -> dict[str, Any]:
        async with httpx2.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{self._url}/readyz")).json()

    async def listens(self) -> bool:
        """Whether it hears what is said from now on; a pod is ready before that."""
        async with httpx2.AsyncClient(trust_env=False) as client:
            return (await client.get(f"{self._url}/status")).json()["zulip"]["connected"]


@contextlib.asynccontextmanager
async def pod(
    home: Home, zulip: ZulipEmulator, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, **environment: str
) -> AsyncGenerator[Pod]:
    config = tmp_path / "mcp.json"
    if not config.exists():
        config.write_text('{"revision": "r1", "mcpServers": {}}')
    with monkeypatch.context() as patch:
        settings = {
            **zulip.credentials(),
            "RITSUKO_BOT": NAME,
            "POD_NAMESPACE": home.namespace,
            "POD_NAME": name,
            "POD_UID": f"uid-of-{name}",
            "RITSUKO_CONFIG": str(config),
            **environment,
        }
        for key, value in settings.items():
            patch.setenv(key, value)
        loaded = ZulipSettings()  # pyright: ignore[reportCallIssue]
    environ = {
        "KUBERNETES_SERVICE_HOST": httpx2.URL(home.plane.url).host,
        "KUBERNETES_SERVICE_PORT": str(httpx2.URL(home.plane.url).port),
    }
    stopping = asyncio.Event()
    listening = listen("127.0.0.1", 0)
    task = asyncio.create_task(serve(loaded, loaded.ritsuko_config, environ, listening, stopping))
    running = Pod(task, stopping, listening)
    try:
        yield running
        if task.done() and not task.cancelled():
            task.result()
    finally:
        await running.kill()
        listening.close()


@pytest.fixture
def start(
    home: Home, zulip: ZulipEmulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., contextlib.AbstractAsyncContextManager[Pod]]:
    return lambda name, **environment: pod(home, zulip, name, tmp_path, monkeypatch, **environment)


Start = Callable[..., contextlib.AbstractAsyncContextManager[Pod]]


async def test_it_reports_what_it_runs_and_every_change_of_it(home: Home, start: Start, tmp_path: Path):
    async with start("pod-1"):
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))
        report = home.report()
        assert (report["pod"], report["podUid"], report["configRevision"]) == ("pod-1", "uid-of-pod-1", "r1")
        (tmp_path / "mcp.json").write_text('{"revision": "r2", "mcpServers"')
        await eventually(lambda: "not valid JSON" in home.report().get("configError", ""))
        assert home.report()["configRevision"] == "r1"
        (tmp_path / "mcp.json").write_text('{"revision": "r2", "mcpServers": {}}')
        await eventually(lambda: home.report().get("configRevision") == "r2")
        assert "configError" not in home.report()
    assert home.managers_of_status() == {"ritsuko-bot"}


async def test_a_report_that_went_with_its_resource_is_written_again(
    home: Home, start: Start, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(report, "_LOOK_EVERY", 0.5)
    async with start("pod-1"):
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))
        manifest = {key: home.bot()[key] for key in ("apiVersion", "kind", "spec")}
        manifest["metadata"] = {"name": NAME, "namespace": home.namespace}
        home.plane.kubectl("-n", home.namespace, "delete", "ritsukobot", NAME, "--cascade=orphan")
        home.plane.kubectl("apply", "-f", "-", input=json.dumps(manifest))
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))


async def test_when_nothing_changes_nothing_is_written(home: Home, start: Start, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(report, "_LOOK_EVERY", 0.5)  # a look that finds the report in its place writes nothing
    async with start("pod-1"):
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))
        version = home.bot()["metadata"]["resourceVersion"]
        # The Lease is renewed all the time: some renewals are a time in which a report could have been written.
        renewed = {home.lease()["spec"]["renewTime"]}
        await eventually(lambda: renewed.add(home.lease()["spec"]["renewTime"]) or len(renewed) > 3, within=30)
        assert home.bot()["metadata"]["resourceVersion"] == version


async def test_two_pods_answer_once_and_a_rollout_loses_nothing(home: Home, start: Start, zulip: ZulipEmulator):
    async with start("old") as old:
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))
        async with start("new") as new:
            await eventually_ready(new)
            assert (await new.ready())["answering"] is False
            assert (await old.ready())["answering"] is True
            zulip.send("hamlet", "@**Ritsuko** mcp status one", to="ops", topic="one")
            await zulip.message(lambda m: m.sender_id == 14 and m.topic == "one")
            stopping = asyncio.create_task(old.stop())
            zulip.send("hamlet", "@**Ritsuko** mcp status two", to="ops", topic="two")
            await stopping
            zulip.send("hamlet", "@**Ritsuko** mcp status three", to="ops", topic="three")
            for topic in ("two", "three"):
                await zulip.message(lambda m, topic=topic: m.sender_id == 14 and m.topic == topic, 5)
            await eventually(lambda: home.report()["pod"] == "new")
            assert home.lease()["spec"]["holderIdentity"] == "new"
    assert len(all_said(zulip)) == 3


async def test_the_lease_goes_with_the_bot(home: Home, start: Start):
    async with start("pod-1"):
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))
        owners = home.lease()["metadata"]["ownerReferences"]
    assert [(owner["kind"], owner["uid"]) for owner in owners] == [("RitsukoBot", home.bot()["metadata"]["uid"])]


async def test_a_pod_with_wrong_credentials_does_not_become_ready_and_the_old_one_goes_on(
    home: Home, start: Start, zulip: ZulipEmulator
):
    async with start("old"):
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))
        async with start("new", ZULIP_API_KEY="x" * 32) as new:
            await eventually_not_ready(new, "check ZULIP_EMAIL and ZULIP_API_KEY")
            zulip.send("hamlet", "@**Ritsuko** mcp status", to="ops")
            await zulip.message(lambda m: m.sender_id == 14)
            assert home.report()["pod"] == "old"


async def test_a_replaced_token_is_used_from_then_on(home: Home, start: Start, tmp_path: Path):
    async with start("pod-1") as running:
        await eventually(lambda: home.report().get("zulip", {}).get("connected"))
        good = (tmp_path / "token").read_text()
        (tmp_path / "token").write_text("expired")
        await eventually_not_ready(running, "lease: Unauthorized")
        (tmp_path / "token").write_text(good)
        await eventually_ready(running)


async def test_without_the_right_to_report_it_answers_all_the_same(
    home: Home, start: Start, zulip: ZulipEmulator, caplog: pytest.LogCaptureFixture
):
    rights = json.dumps([{"op": "remove", "path": "/rules/1"}])
    home.plane.kubectl("-n", home.namespace, "patch", "role", NAME, "--type=json", "-p", rights)
    async with start("pod-1") as running:
        await eventually_ready(running)
        await eventually(lambda: "needs the verb patch on ritsukobots/status" in caplog.text)
        await eventually_listening(running)
        zulip.send("hamlet", "@**Ritsuko** mcp status", to="ops")
        await zulip.message(lambda m: m.sender_id == 14)


async def eventually_listening(pod: Pod) -> None:
    async with asyncio.timeout(10):
        while True:
            if await pod.listens():
                return
            await asyncio.sleep(0.05)


async def eventually_ready(pod: Pod) -> None:
    async with asyncio.timeout(10):
        while True:
            if (await pod.ready())["ready"]:
                return
            await asyncio.sleep(0.05)


async def eventually_not_ready(pod: Pod, reason: str) -> None:
    """Not ready, for a reason that says this."""
    async with asyncio.timeout(10):
        while True:
            answer = await pod.ready()
            if not answer["ready"] and any(reason in one for one in answer["reasons"]):
                return
            await asyncio.sleep(0.05)
