"""What people read when no server needs to be asked. Calls are tested with real servers, in tests/integration."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from ritsuko_api.config import McpConfig, parse
from ritsuko_api.identity import User
from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.calls.calls import Calls
from ritsuko_bot.commands.interpreter import Interpreter
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.metrics import Metrics
from tests.unit.bot_mcp.prepared import Prepared, demo

ADA = Asker(Person(User("7", "ada@example.com"), "Ada"), "#ops > pods")


async def ask(line: str, servers: Servers | None = None, config_file: ConfigFile | None = None) -> Answer | None:
    servers = servers or demo()
    return await Interpreter(servers, Calls(servers, Metrics()), config_file).answer(line, Caller(ADA))


async def said(line: str, servers: Servers | None = None, config_file: ConfigFile | None = None) -> str:
    answer = await ask(line, servers, config_file)
    assert answer is not None
    return render(answer).text


@pytest.mark.parametrize("line", ["thanks!", "please mcp list", "mcpx list", "helpful, that"])
async def test_what_is_not_a_command_is_not_answered(line: str) -> None:
    assert await ask(line) is None


@pytest.mark.parametrize("line", ["", "  ", "help", "Help!", "mcp", "MCP help"])
async def test_help_shows_the_commands_and_the_servers(line: str) -> None:
    text = await said(line)
    assert "mcp <server> <tool> [args...]" in text
    assert "Servers: `kubernetes`, `prometheus`" in text


async def test_the_list_shows_servers_and_their_tools() -> None:
    text = await said("mcp list")
    assert "kubernetes  Ready      3  get, describe, delete" in text
    assert "prometheus  Ready      1  query" in text


@pytest.mark.parametrize(
    "line", ["mcp list kubernetes", "mcp kubernetes", "mcp help kubernetes", "mcp Kubernetes help"]
)
async def test_a_server_shows_its_tools_and_what_is_not_allowed(line: str) -> None:
    text = await said(line)
    assert "describe  Tells all about one object." in text
    assert "delete    Deletes an object.           needs approval" in text


@pytest.mark.parametrize("line", ["mcp help kubernetes get", "mcp kubernetes get --help", "mcp kubernetes help get"])
async def test_a_tool_shows_its_usage(line: str) -> None:
    assert "mcp kubernetes get <kind> [name]" in await said(line)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("mcp kubernets get pods", "Unknown server `kubernets`. Did you mean `mcp kubernetes`?"),
        ("mcp statsu", "Did you mean `mcp status`?"),
        ("mcp kubernetes gett pods", "`kubernetes` has no tool `gett`. Did you mean `mcp kubernetes get`?"),
        ("mcp prometheus query up limit=x", "`limit` must be a whole number from 1 to 100, not `x`."),
        ("mcp prometheus query", "mcp prometheus query <query…> [time=…] [limit=…]"),
        ('mcp prometheus query "up', 'The quote in `"up` is not closed.'),
        ("mcp kubernetes get pods", "kubernetes is down"),
    ],
)
async def test_a_mistake_gets_an_answer_that_helps(line: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ritsuko_bot.mcp.server._RECOVERY_WAIT", 0)
    answer = await ask(line)
    assert answer is not None
    assert answer.failed
    assert expected in render(answer).text


async def test_a_denied_call_says_which_rule_and_leaves_its_line(caplog: pytest.LogCaptureFixture) -> None:
    servers = demo()
    servers.config = parse('{"mcpServers": {}, "access": {"rules": [{"tools": ["del*"], "effect": "Deny"}]}}')
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        text = await said("mcp kubernetes delete pods web", servers)
    assert text.startswith("**Not allowed:** access rule 1 says Deny")
    [line] = caplog.records
    fields = line.__dict__["audit"]
    assert (fields["decision"], fields["effect"], fields["outcome"]) == ("access rule 1", "Deny", "denied")
    assert fields["arguments"] == {"kind": "pods", "name": "web"}
    listed = await said("mcp kubernetes", servers)
    assert "Not allowed here: `delete`." in listed


async def test_where_nobody_can_be_asked_an_approval_is_refused_with_the_reason() -> None:
    text = await said("mcp kubernetes delete pods web")
    assert text.startswith("**Not allowed without an approval:** delete is not declared read-only")
    assert "there is nobody to ask here" in text
    assert "`tools.allow`" in text


async def test_status_shows_states_errors_and_the_revision() -> None:
    servers = demo()
    servers.running["prometheus"].error = "it does not answer, " + "and that for a long time, " * 10
    text = await said("mcp status", servers)
    assert f"`prometheus`: {servers.running['prometheus'].error.strip()}" in text
    assert "kubernetes  Ready" in text
    assert "Config revision: `abc123`" in text


async def test_without_servers_it_says_what_is_missing(tmp_path: Path) -> None:
    assert "No MCP server is connected" in await said("mcp list", Prepared())
    assert "No MCP server is connected" in await said("mcp kubernetes get pods", Prepared())
    off = Prepared(config=McpConfig(mcp_enabled=False))  # type: ignore[call-arg]
    for line in ("help", "mcp list", "mcp status", "mcp kubernetes get pods"):
        assert "MCP is disabled for this bot" in await said(line, off)
    broken = ConfigFile(tmp_path / "mcp.json", {})
    broken.load()
    assert "The list of servers is invalid" in await said("mcp list", Prepared(), broken)


async def test_status_shows_a_refused_config(tmp_path: Path) -> None:
    (tmp_path / "mcp.json").write_text('{"mcpServers": {"a"')
    config_file = ConfigFile(tmp_path / "mcp.json", {})
    config_file.load()
    text = await said("mcp status", demo(), config_file)
    assert "The current config is invalid" in text
    assert "not valid JSON" in text
