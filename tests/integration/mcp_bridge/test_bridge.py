"""The bridge in front of servers that nobody here wrote, and of one with bad manners."""

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from mcp import MCPError

from tests.integration.bot_mcp import third_party
from tests.integration.mcp_bridge.bridged import ODD_CHILD, TOKEN, Bridge, bridge
from tools import gobuild


def text(result) -> str:
    assert not result.is_error, result
    return result.content[0].text


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await condition():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("mode", ["auto", "legacy"])
async def test_a_third_partys_time_server(tmp_path: Path, mode: str) -> None:
    async with bridge(await third_party.time_server(), tmp_path) as running, running.client(mode) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        assert "get_current_time" in tools
        told = json.loads(text(await client.call_tool("get_current_time", {"timezone": "Europe/Berlin"})))
        assert told["timezone"] == "Europe/Berlin"
        wrong = await client.call_tool("get_current_time", {"timezone": "Nowhere/None"})
        assert wrong.is_error


@pytest.mark.npm
async def test_the_reference_server_with_many_clients_at_once(tmp_path: Path) -> None:
    async with bridge([*await third_party.everything(), "stdio"], tmp_path) as running:

        async def one(number: int) -> str:
            async with running.client() as client:
                return text(await client.call_tool("echo", {"message": f"client {number}"}))

        assert await asyncio.gather(*map(one, range(20))) == [f"Echo: client {number}" for number in range(20)]
        async with running.client() as client:
            told = await asyncio.gather(*(client.call_tool("get-sum", {"a": n, "b": 1}) for n in range(30)))
            assert all(f"is {n + 1}" in text(result) for n, result in enumerate(told))
            assert (await client.list_prompts()).prompts
            assert (await client.list_resources()).resources


async def test_progress_comes_to_whom_it_belongs(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running:
        heard: dict[int, list[float]] = {}

        async def one(number: int) -> None:
            async def progress(progress: float, total: float | None, message: str | None) -> None:
                heard.setdefault(number, []).append(progress)

            async with running.client() as client:
                assert text(await client.call_tool("slow", {}, progress_callback=progress)) == "slow is done"

        await asyncio.gather(*map(one, range(5)))
        assert heard == {number: [1, 2, 3] for number in range(5)}


async def test_the_token_is_needed_and_the_child_never_sees_it(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running:
        async with running.client() as client:
            environment = json.loads(text(await client.call_tool("environment", {})))
        async with httpx2.AsyncClient(trust_env=False) as http:
            refused = [
                await http.post(f"{running.url}/mcp", json={}, headers=headers)
                for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN})
            ]
            strange = await http.post(
                f"{running.url}/mcp", json={}, headers={"Authorization": f"Bearer {TOKEN}", "Host": "evil.example.com"}
            )
    assert environment["MCP_PORT"] == str(running.port)
    assert "MCP_AUTH_TOKEN" not in environment
    assert TOKEN not in json.dumps(environment)
    assert TOKEN not in running.log.read_text()
    assert [answer.status_code for answer in refused] == [401, 401, 401]
    assert strange.status_code == 403


async def test_garbage_on_standard_output_is_logged_and_passed_over(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, running.client() as client:
        assert text(await client.call_tool("garbage", {})) == "after the garbage"
        assert "this is not JSON" in running.log.read_text()


async def test_large_answers_pass_and_too_large_ones_are_an_error_of_their_call(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, running.client() as client:
        assert len(text(await client.call_tool("big", {}))) == 5 * 2**20
        with pytest.raises(MCPError, match="larger than 16777216 bytes"):
            await client.call_tool("long", {})
        assert text(await client.call_tool("garbage", {})) == "after the garbage"


async def test_the_childs_death_ends_the_bridge_with_its_code_and_answers_who_waits(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, running.client() as client:
        waiting = asyncio.create_task(client.call_tool("never", {}))
        await until(lambda: _logged(running, "never answers"))
        with pytest.raises(MCPError, match="ended with exit code 7"):
            await client.call_tool("die", {})
        with pytest.raises(MCPError, match="ended with exit code 7"):
            await waiting
        async with asyncio.timeout(3):
            assert await running.process.wait() == 7


async def test_a_killed_child_is_told_by_its_signal(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running:
        os.kill(running.child, signal.SIGKILL)
        async with asyncio.timeout(3):
            assert await running.process.wait() == 128 + signal.SIGKILL


async def test_a_stop_ends_the_child_and_lets_a_call_finish(tmp_path: Path) -> None:
    async with bridge(await third_party.time_server(), tmp_path) as running, running.client() as client:
        child = running.child
        call = asyncio.create_task(client.call_tool("get_current_time", {"timezone": "UTC"}))
        assert json.loads(text(await call))["timezone"] == "UTC"
        running.process.terminate()
        async with asyncio.timeout(10):
            assert await running.process.wait() == 0
        with pytest.raises(ProcessLookupError):
            os.kill(child, 0)


async def test_a_call_that_is_given_up_is_cancelled_at_the_child(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, running.client() as client:
        with pytest.raises(MCPError):
            await client.call_tool("never", {}, read_timeout_seconds=0.3)

        async def is_cancelled() -> bool:
            return len(json.loads(text(await client.call_tool("cancelled", {})))) == 1

        await until(is_cancelled)


async def test_a_question_of_the_child_reaches_the_client_that_called(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, running.client() as client:
        (answer,) = json.loads(text(await client.call_tool("ask", {})))
    assert answer["id"] == "question-1"
    assert "result" in answer or "error" in answer


async def test_health_tells_a_child_that_never_shakes_hands(tmp_path: Path) -> None:
    async with bridge([*ODD_CHILD, "--silent"], tmp_path) as running:
        early = await running.health()
        assert (early.status_code, early.json()["server"]) == (503, "has not answered anything yet")
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}
        async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            waiting = asyncio.create_task(http.post(f"{running.url}/mcp", json=hello, timeout=60))

            async def is_unwell() -> bool:
                return (await running.health()).status_code == 503

            await until(is_unwell)
            health = await running.health()
            assert health.json() == {"alive": False, "server": "has not answered initialize", "version": "development"}
            waiting.cancel()


async def test_health_is_well_as_soon_as_the_child_answers_and_the_first_client_still_shakes_hands(
    tmp_path: Path,
) -> None:
    async with bridge(await third_party.time_server(), tmp_path) as running:

        async def is_well() -> bool:
            return (await running.health()).status_code == 200

        await until(is_well)
        assert (await running.health()).json()["server"] == "waits for a client"
        async with running.client() as client:
            assert "get_current_time" in [tool.name for tool in (await client.list_tools()).tools]
            assert (await running.health()).json()["server"] == "ready"


async def test_a_first_client_that_leaves_during_the_handshake_spoils_nothing_for_the_next(tmp_path: Path) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "gone", "version": "1"}},
    }
    async with bridge(ODD_CHILD, tmp_path) as running:
        async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {TOKEN}"}) as http:
            assert (await http.post(f"{running.url}/mcp", json=hello)).status_code == 200
        for _ in range(2):  # the child hears of one client that is initialized, whoever that was
            async with running.client("legacy") as client:
                assert text(await client.call_tool("confirmed", {})) == "1"


async def test_the_last_words_of_a_child_reach_who_asked(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, _session(running) as http:
        call = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "farewell"}}
        answer = await http.post(f"{running.url}/mcp", json=call)
        assert len(json.loads(answer.text.partition("data: ")[2])["result"]["content"][0]["text"]) == 2 * 2**20
        async with asyncio.timeout(3):
            assert await running.process.wait() == 3


async def test_nobody_is_asked_about_what_somebody_else_does(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, running.client() as one, running.client() as other:
        waiting = asyncio.create_task(other.call_tool("never", {}))
        await until(lambda: _logged(running, "never answers"))
        (answer,) = json.loads(text(await one.call_tool("ask", {})))
        assert "not clear whom to ask" in answer["error"]["message"]
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)


async def test_a_closed_session_gives_up_its_calls(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, running.client() as watcher, _session(running) as http:
        never = {"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "never"}}
        waiting = asyncio.create_task(http.post(f"{running.url}/mcp", json=never))
        await until(lambda: _logged(running, "never answers"))
        assert (await http.delete(f"{running.url}/mcp")).status_code == 200
        assert (await waiting).text == ""
        assert (await http.post(f"{running.url}/mcp", json=never)).status_code == 404
        assert len(json.loads(text(await watcher.call_tool("cancelled", {})))) == 1


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"{", 400, "not one JSON-RPC message"),
        (b"[]", 400, "not one JSON-RPC message"),
        (b"{}", 400, "no session"),
        (b'{"jsonrpc":"2.0","id":1,"method":"tools/list"}', 400, "send initialize first"),
    ],
)
async def test_what_is_no_message_gets_a_clear_error(tmp_path: Path, body: bytes, status: int, told: str) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, httpx2.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{running.url}/mcp", content=body, headers={"Authorization": f"Bearer {TOKEN}"})
        assert answer.status_code == status
        assert told in answer.json()["error"]["message"]


async def test_a_session_that_is_unknown_is_answered_as_the_specification_wants(tmp_path: Path) -> None:
    async with bridge(ODD_CHILD, tmp_path) as running, httpx2.AsyncClient(trust_env=False) as http:
        headers = {"Authorization": f"Bearer {TOKEN}", "Mcp-Session-Id": "gone"}
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        assert (await http.post(f"{running.url}/mcp", json=body, headers=headers)).status_code == 404


def test_it_installs_itself(tmp_path: Path) -> None:
    program = gobuild.bridge()
    target = tmp_path / "bridge"
    subprocess.run([program, "install", target], check=True)
    assert target.read_bytes() == program.read_bytes()
    assert target.stat().st_mode & 0o777 == 0o755
    assert [path.name for path in tmp_path.iterdir()] == ["bridge"]


@pytest.mark.parametrize(
    ("arguments", "environment", "told"),
    [
        ([], {}, "usage:"),
        (["serve", "cat"], {"MCP_PORT": "1"}, "usage:"),
        (["serve", "--", "cat"], {}, "MCP_PORT"),
        (["serve", "--", "cat"], {"MCP_PORT": "99999"}, "MCP_PORT"),
        (["serve", "--", "cat"], {"MCP_PORT": "8000", "MCP_AUTH_TOKEN": " "}, "MCP_AUTH_TOKEN is set but empty"),
        (["serve", "--", "cat"], {"MCP_PORT": "8000", "LOG_LEVEL": "LOUD"}, "LOG_LEVEL"),
        (["serve", "--", "/no/such/server"], {"MCP_PORT": "8000"}, "cannot start the server"),
        (["install", "/no/such/folder/bridge"], {}, "cannot write beside"),
    ],
)
def test_wrong_command_lines_and_settings_say_what_to_do(
    arguments: list[str], environment: dict[str, str], told: str
) -> None:
    result = subprocess.run(
        [gobuild.bridge(), *arguments], env=environment, capture_output=True, text=True, timeout=10, check=False
    )
    assert result.returncode != 0
    assert told in result.stderr


async def test_it_is_small_and_quick(tmp_path: Path) -> None:
    """No timing here (`make bench` has that): only what tells a bridge from a runtime of its own."""
    async with bridge(await third_party.time_server(), tmp_path) as running, running.client() as client:
        for _ in range(20):
            await client.call_tool("get_current_time", {"timezone": "UTC"})
        assert _rss(running) < 20


@asynccontextmanager
async def _session(running: Bridge) -> AsyncIterator[httpx2.AsyncClient]:
    """A session without a client behind it that would do anything by itself."""
    hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}
    async with httpx2.AsyncClient(trust_env=False, headers={"Authorization": f"Bearer {TOKEN}"}, timeout=20) as http:
        http.headers["Mcp-Session-Id"] = (await http.post(f"{running.url}/mcp", json=hello)).headers["Mcp-Session-Id"]
        yield http


async def _logged(running: Bridge, words: str) -> bool:
    return words in running.log.read_text()


def _rss(running: Bridge) -> float:
    for line in Path(f"/proc/{running.process.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise AssertionError
