"""What every server in mcp-servers/ keeps, whoever wrote it: found by its folder, called over HTTP, with no backend."""

import importlib
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from ritsuko_api.identity import META_KEY, User, sign
from ritsuko_mcp_common import ServerSettings, application

ROOT = Path(__file__).parents[3]
SERVERS = sorted(
    path.parent.name.removeprefix("ritsuko_mcp_")
    for path in ROOT.glob("mcp-servers/*/src/ritsuko_mcp_*/server.py")
    if path.parent.name != "ritsuko_mcp_common"
)
TOKEN = "contract-token"
_SETTINGS = {"prometheus_url": "http://127.0.0.1:1", "template_url": "http://127.0.0.1:1"}
_MOST_TOOLS = 14
_MOST_TOKENS = 4_000

every_server = pytest.mark.parametrize("name", SERVERS)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No backend that this machine happens to have."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for variable in ("KUBECONFIG", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(variable, raising=False)


@asynccontextmanager
async def serving(name: str, **settings: object) -> AsyncIterator[object]:
    package = f"ritsuko_mcp_{name}"
    module = importlib.import_module(f"{package}.settings")
    # A server may put its settings together from several models: the whole has the most bases.
    kinds = [value for value in vars(module).values() if isinstance(value, type) and issubclass(value, ServerSettings)]
    kind = max(kinds, key=lambda kind: len(kind.__mro__))
    given = {field: value for field, value in _SETTINGS.items() if field in kind.model_fields}
    service = importlib.import_module(f"{package}.server").build(kind(mcp_auth_token=TOKEN, **given, **settings))
    app = application(service)
    async with app.router.lifespan_context(app):
        yield app


def http(app: object, *, token: str | None = TOKEN, peer: str = "127.0.0.1") -> httpx2.AsyncClient:
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    transport = httpx2.ASGITransport(app, client=(peer, 40000))
    return httpx2.AsyncClient(transport=transport, base_url="http://localhost:8080", headers=headers)


@asynccontextmanager
async def client(app: object, mode: str = "2026-07-28") -> AsyncIterator[Client]:
    async with (
        http(app) as connection,
        Client(streamable_http_client("http://localhost:8080/mcp", http_client=connection), mode=mode) as connected,
    ):
        yield connected


def test_the_three_servers_and_the_template_are_found() -> None:
    assert {"kubernetes", "prometheus", "logs", "template"} <= set(SERVERS)


@every_server
@pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
async def test_its_tools_are_few_read_only_and_described(name: str, mode: str) -> None:
    async with serving(name) as app, client(app, mode) as connected:
        tools = (await connected.list_tools()).tools
    assert 0 < len(tools) <= _MOST_TOOLS
    listing = [tool.model_dump(mode="json", exclude_none=True, exclude={"output_schema"}) for tool in tools]
    assert len(json.dumps(listing)) / 4 < _MOST_TOKENS, "tokens, at four characters each"
    for tool in tools:
        assert re.fullmatch(r"[a-z][a-z_]{1,20}", tool.name), f"{tool.name} is not what one would type"
        hints = tool.annotations
        assert hints is not None
        assert (hints.read_only_hint, hints.destructive_hint, hints.idempotent_hint) == (True, False, True)
        assert hints.open_world_hint is not None
        assert tool.description
        assert tool.output_schema is not None
        assert tool.input_schema["additionalProperties"] is False
        for parameter in tool.input_schema["properties"]:
            assert not re.search(r"url|header|token|password|credential|secret", parameter), (
                f"{tool.name} takes {parameter}: what a model may fill in must not lead anywhere"
            )


@every_server
async def test_what_must_be_given_comes_with_an_example(name: str) -> None:
    """The usage that the bot shows is made of them: it is to work as it stands."""
    async with serving(name) as app, client(app) as connected:
        tools = (await connected.list_tools()).tools
    for tool in tools:
        for parameter in tool.input_schema.get("required", []):
            said = tool.input_schema["properties"][parameter]
            assert said.get("examples") or said.get("enum"), f"{tool.name} {parameter}"


@every_server
async def test_it_answers_the_loopback_with_the_token_and_nobody_else(name: str) -> None:
    async with serving(name) as app:
        for token, peer, status in ((None, "127.0.0.1", 401), ("wrong", "127.0.0.1", 401), (TOKEN, "192.0.2.7", 403)):
            async with http(app, token=token, peer=peer) as connection:
                assert (await connection.post("/mcp", json={})).status_code == status
                assert (await connection.get("/health")).status_code == 200


@every_server
async def test_a_user_that_cannot_be_verified_is_refused(name: str) -> None:
    user = User("7", "bob@example.com")
    now = time.time()
    bad = {
        "forged": sign("another-token", user=user, server=name, now=now),
        "meant for another server": sign(TOKEN, user=user, server="other", now=now),
        "over": sign(TOKEN, user=user, server=name, now=now - 3_600),
        "no assertion": "x.y.z",
    }
    async with serving(name) as app, client(app) as connected:
        tool = (await connected.list_tools()).tools[0].name
        for what, assertion in bad.items():
            result = await connected.call_tool(tool, {}, meta={META_KEY: assertion})
            assert result.is_error, what
    async with serving(name, mcp_require_user=True) as app, client(app) as connected:
        result = await connected.call_tool(tool, {})
        assert "only users it can verify" in result.content[0].text


@every_server
async def test_wrong_arguments_are_named_and_nothing_is_written(name: str) -> None:
    async with serving(name) as app, client(app) as connected:
        for tool in (await connected.list_tools()).tools:
            odd = await connected.call_tool(tool.name, {"no_such_argument": 1})
            assert odd.is_error
            assert "no_such_argument" in odd.content[0].text
            for parameter, schema in tool.input_schema["properties"].items():
                if schema.get("type") == "string":
                    long = await connected.call_tool(tool.name, {parameter: "x" * 1_000_000})
                    assert long.is_error, f"{tool.name} {parameter}"
                if schema.get("type") == "integer":
                    negative = await connected.call_tool(tool.name, {parameter: -(10**18)})
                    assert negative.is_error, f"{tool.name} {parameter}"
        unknown = await connected.call_tool("delete_everything", {})
        assert unknown.is_error


@every_server
async def test_health_tells_alive_from_reachable_and_metrics_count(name: str) -> None:
    async with serving(name) as app, client(app) as connected, http(app, token=None) as connection:
        health = (await connection.get("/health")).json()
        assert health["status"] == "ok" or health.get("alive", True)
        assert health["backend"]["reachable"] is not True
        await connected.call_tool("no_such_tool", {})
        metrics = (await connection.get("/metrics")).text
    assert re.search(r'_calls_total\{[^}]*tool="unknown"[^}]*\} 1', metrics), metrics


@every_server
def test_help_lists_every_variable_and_a_wrong_one_is_named(name: str) -> None:
    command = [sys.executable, "-m", f"ritsuko_mcp_{name}"]
    told = subprocess.run([*command, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    assert "MCP_PORT" in told
    assert "MCP_AUTH_TOKEN" in told
    wrong = subprocess.run(
        command,
        env={**os.environ, "MCP_PORT": "many"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert wrong.returncode != 0
    assert "MCP_PORT" in wrong.stderr


@every_server
def test_its_image_is_slim_and_runs_as_nobody(name: str) -> None:
    (dockerfile,) = [
        path for path in ROOT.glob("mcp-servers/*/Dockerfile") if f"ritsuko-mcp-{name}" in path.read_text()
    ]
    text = dockerfile.read_text()
    final = text[text.rindex("\nFROM") :]
    assert "USER 65532:65532" in final
    assert "--require-hashes" in text
    assert "pip install" not in final
