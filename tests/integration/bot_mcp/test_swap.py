"""The list of servers changes while the bot runs, as the kubelet changes it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers
from tests.integration.bot_mcp.processes import TOOLBOX, free_port, note, python_server, until, written
from tests.integration.bot_mcp.talk import Talk, at, config, talking


class Volume:
    """A mounted ConfigMap: files are links into `..data`, which is a link to the present version's folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "mcp.json"
        self._folder = folder
        self._version = 0

    def write(self, text: str) -> None:
        """Swaps the version in, in the kubelet's order (AtomicWriter)."""
        self._version += 1
        version = self._folder / f"..2026_{self._version}"
        version.mkdir()
        (version / "mcp.json").write_text(text)
        (self._folder / "..data_tmp").symlink_to(version.name)
        os.replace(self._folder / "..data_tmp", self._folder / "..data")
        if not self.path.is_symlink():
            self.path.symlink_to("..data/mcp.json")
        old = self._folder / f"..2026_{self._version - 1}"
        if old.exists():
            (old / "mcp.json").unlink()
            old.rmdir()

    def render(self, revision: str, **servers: dict[str, Any]) -> None:
        self.write(json.dumps({"revision": revision, "mcpServers": servers}))


@asynccontextmanager
async def watching(path: Path) -> AsyncIterator[tuple[Talk, ConfigFile]]:
    async with Servers() as servers:
        config_file = ConfigFile(path, {})
        task = asyncio.create_task(config_file.run(servers.apply, servers.notify))
        try:
            yield Talk(servers, config_file), config_file
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def test_a_swapped_volume_changes_what_runs_without_touching_what_stays(tmp_path: Path) -> None:
    one, two = free_port(), free_port()
    volume = Volume(tmp_path)
    volume.render("r1", one=at(one))
    async with python_server(TOOLBOX, one), python_server(TOOLBOX, two), watching(volume.path) as (talk, _):
        await until(lambda: talk.servers.revision == "r1")
        await talk.ready("one")
        kept = talk.servers.running["one"]

        volume.render("r2", one=at(one), two=at(two))
        await until(lambda: talk.servers.revision == "r2", within=10)
        await talk.ready("two")
        assert "hi" in await talk.say("mcp two echo hi")
        assert talk.servers.running["one"] is kept

        volume.render("r3", one=at(one, tools={"deny": ["echo"]}))
        await until(lambda: talk.servers.revision == "r3", within=10)
        assert "Unknown server `two`." in await talk.say("mcp two echo hi")
        assert "denied by `tools.deny`" in await talk.say("mcp one echo hi")
        assert "echo" not in talk.servers.reports()[0].tools
        assert talk.servers.running["one"] is kept
        assert "total  3" in await talk.say("mcp one add 1 2")


async def test_a_file_cut_in_half_changes_nothing_and_says_so(tmp_path: Path) -> None:
    port = free_port()
    volume = Volume(tmp_path)
    volume.render("r1", one=at(port))
    async with python_server(TOOLBOX, port), watching(volume.path) as (talk, config_file):
        await until(lambda: talk.servers.revision == "r1")
        await talk.ready("one")
        changes = talk.servers.changes()
        noticed = asyncio.ensure_future(anext(changes))
        await asyncio.sleep(0)

        volume.write(json.dumps({"revision": "r2", "mcpServers": {"other": at(port)}})[:40])
        await asyncio.wait_for(noticed, 10)
        assert "not valid JSON" in (config_file.error or "")
        assert talk.servers.revision == "r1"
        assert "hi" in await talk.say("mcp one echo hi")

        volume.write('{"mcpServers": {"one": {"url": "not a url"}}}')
        await until(lambda: "one: url" in (config_file.error or ""), within=10)
        assert "hi" in await talk.say("mcp one echo hi")

        volume.render("r3", one=at(port))
        await until(lambda: talk.servers.revision == "r3", within=10)
        assert config_file.error is None
        await changes.aclose()  # type: ignore[attr-defined]


async def test_a_file_that_comes_late_and_goes_away(tmp_path: Path) -> None:
    path = tmp_path / "mcp.json"
    async with watching(path) as (talk, config_file):
        await until(lambda: config_file.error is not None)
        assert "cannot be read" in await talk.say("mcp list")
        path.write_text('{"revision": "r1", "mcpServers": {}}')
        await until(lambda: talk.servers.revision == "r1", within=10)
        path.unlink()
        await until(lambda: config_file.error is not None, within=10)
        assert talk.servers.revision == "r1"


async def test_calls_in_flight_survive_any_swap(tmp_path: Path) -> None:
    one, two, notes = free_port(), free_port(), tmp_path / "notes"
    noting = ["--notes", str(notes)]
    first = config("r0", stays=at(one), goes=at(two), moves=at(one))
    async with python_server(TOOLBOX, one, *noting), python_server(TOOLBOX, two, *noting), talking(first) as talk:
        for name in ("stays", "goes", "moves"):
            await talk.ready(name)
        calls = [asyncio.create_task(talk.say(f"mcp {name} hold")) for name in ("stays", "goes", "moves")]
        await until(lambda: written(notes) == ["holding"] * 3, what="the calls run")
        for revision in range(1, 6):
            await talk.servers.apply(config(f"r{revision}", stays=at(one), moves=at(two)))
        assert "Unknown server `goes`" in await talk.say("mcp goes echo hi")
        note(notes, "release")
        assert all("released" in answer for answer in await asyncio.gather(*calls))
        await talk.ready("moves")
        assert "hi" in await talk.say("mcp moves echo hi")


async def test_nothing_is_left_running_after_a_swap() -> None:
    port = free_port()
    async with python_server(TOOLBOX, port), talking(config("r0", one=at(port))) as talk:
        await talk.ready("one")
        # After its first check a connection has all the tasks that it will have.
        await until(lambda: talk.servers.running["one"].latency is not None, what="the first check")
        before = len(asyncio.all_tasks())
        for revision in range(1, 11):
            await talk.servers.apply(config(f"r{revision}", **{f"one-{revision}": at(port)}))
            await talk.ready(f"one-{revision}")
        await until(lambda: len(asyncio.all_tasks()) <= before, what="the old owners ended")


async def test_switching_mcp_off_and_on() -> None:
    port = free_port()
    async with python_server(TOOLBOX, port), talking(config(one=at(port))) as talk:
        await talk.ready("one")
        await talk.servers.apply(config(one=at(port)).model_copy(update={"mcp_enabled": False}))
        assert "MCP is disabled" in await talk.say("mcp one echo hi")
        assert [(report.name, report.state) for report in talk.servers.reports()] == [("one", "Disabled")]
        await talk.servers.apply(config(one=at(port)))
        await talk.ready("one")
        assert "hi" in await talk.say("mcp one echo hi")
