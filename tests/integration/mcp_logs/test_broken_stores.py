"""A log store that is down, slow, walled off or no log store at all: what is wrong is said, and what to do."""

import asyncio
import base64
import datetime
import ssl
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from mcp import Client

from ritsuko_mcp_common.errors import ConfigurationError
from ritsuko_mcp_common.settings import from_environment
from ritsuko_mcp_logs.server import build
from ritsuko_mcp_logs.settings import ALL_SETTINGS
from tests.cluster.certificates import Authority
from tests.mcp_serving import serving

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

STORES = ["victorialogs", "loki", "opensearch"]
every_store = pytest.mark.parametrize("store", STORES)


@asynccontextmanager
async def backend(answer: Answer, tls: ssl.SSLContext | None = None) -> AsyncGenerator[str]:
    """Answers every request with `answer`, as long as who asked is there; yields its address."""
    app = web.Application()
    app.router.add_route("*", "/{anything:.*}", answer)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def said(store: str, url: str, *, fails: bool = True, tool: str = "search", **settings: object) -> str:
    """What a caller reads."""
    given = {f"{store}_url": url, **{name.replace("STORE", store): value for name, value in settings.items()}}
    async with serving(build(ALL_SETTINGS.model_validate(given))) as address, Client(f"{address}/mcp") as client:
        result = await client.call_tool(tool, {})
    assert result.is_error == fails, result.content
    return str(result.content)


def says(status: int, body: str, media: str = "text/plain", **headers: str) -> Answer:
    async def answer(_: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, text=body, content_type=media, headers=named)

    return answer


@every_store
@pytest.mark.parametrize(
    ("answer", "message", "hint"),
    [
        (says(200, "<html><title>Sign in</title></html>", "text/html"), 'an HTML page "Sign in"', "_URL"),
        (says(302, "", location="/login"), "HTTP 302", "_URL"),
        (says(404, "404 page not found"), "404 page not found", "_URL"),
        (says(401, "Unauthorized"), "rejected our credentials (HTTP 401", "_BEARER_TOKEN_FILE"),
        (says(401, "no org id"), "no org id", ("_TENANT", "OPENSEARCH_INDEX")),
        (says(429, "slow down", retry_after="17"), "is rate limiting requests", "17 seconds"),
        (says(502, "<html><title>Bad Gateway</title>", "text/html"), 'HTTP 502, an HTML page "Bad Gateway"', "log"),
        (says(503, "no upstream"), "in front of it failed: HTTP 503: no upstream", "log"),
        (says(200, '{"status":"success","data":["na'), "unexpected response", "_URL"),
        (says(200, "[]"), "'s API", "_URL"),
        (says(400, "parse error at line 1"), "rejected the query (400): parse error", "Narrow"),
    ],
)
async def test_what_is_wrong_is_said_with_what_to_do(
    store: str, answer: Answer, message: str, hint: str | tuple[str, str]
) -> None:
    async with backend(answer) as url:
        text = await said(store, url)
    assert message in text
    assert (hint if isinstance(hint, str) else hint[store == "opensearch"]) in text


@every_store
async def test_nobody_listens(store: str) -> None:
    text = await said(store, "http://app:hunter2@127.0.0.1:1/logs")
    assert "http://127.0.0.1:1/logs is unreachable" in text
    assert "network policy" in text
    assert "hunter2" not in text


@every_store
async def test_a_slow_one_is_given_up_within_the_deadline(store: str) -> None:
    async def dawdle(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with backend(dawdle) as url:
        started = time.monotonic()
        text = await said(store, url, mcp_deadline_seconds=4)
    assert "did not respond within 1 s" in text
    assert time.monotonic() - started < 4


@every_store
async def test_a_connection_cut_in_the_middle_is_said(store: str) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"values":[')
        assert request.transport is not None
        request.transport.close()
        return response

    async with backend(cut) as url:
        assert "was truncated" in await said(store, url)


async def test_what_came_before_a_cut_is_shown(tmp_path: Path) -> None:
    """VictoriaLogs streams: half of an answer is lines."""

    async def half(request: web.Request) -> web.StreamResponse:
        if "field_names" in request.path:
            return web.json_response({"values": [{"value": "pod", "hits": "1"}]})
        if "stats" in request.query["query"]:
            return web.Response(text='{"lines":"7","pods":"1","matches":"3"}\n')
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b'{"_time":"2026-09-21T14:00:00Z","_msg":"level=error one","pod":"web-1"}\n')
        await response.write(b"cannot read block: disk on fire\n")
        return response

    async with backend(half) as url:
        settings = ALL_SETTINGS.model_validate({"victorialogs_url": url})
        async with serving(build(settings)) as address, Client(f"{address}/mcp") as client:
            result = await client.call_tool("search", {"level": "error", "since": "2026-01-01"})
    assert not result.is_error, result.content
    assert "level=error one" in str(result.content)
    assert "disk on fire" in str(result.content)


@every_store
@pytest.mark.parametrize(
    ("kind", "message"), [("expired", "has expired"), ("unknown", "_CA_FILE"), ("good", "HTTP 404")]
)
async def test_certificates(store: str, kind: str, message: str, tmp_path: Path) -> None:
    authority = Authority.create(tmp_path / "ca")
    lifetime = datetime.timedelta(minutes=-1 if kind == "expired" else 60)
    pair = authority.issue("store", subject="store", hosts=["127.0.0.1"], lifetime=lifetime)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(pair.certificate, pair.key)
    trusted: dict[str, Any] = {} if kind == "unknown" else {"STORE_ca_file": authority.file}
    async with backend(says(404, "nothing here"), tls) as url:
        assert message in await said(store, url, **trusted)


@every_store
async def test_credentials_and_tenant_come_from_files_that_may_change(store: str, tmp_path: Path) -> None:
    seen: list[web.BaseRequest] = []

    async def refuse(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(status=401, text="no")

    token, basic = tmp_path / "token", tmp_path / "basic"
    token.write_text("first\n")
    basic.write_text("app:hunter2")
    tenant = {"victorialogs": "12:3", "loki": "team-a"}
    scoped = {f"{store}_tenant": tenant[store]} if store in tenant else {}
    async with backend(refuse) as url:
        settings = {f"{store}_url": url, f"{store}_bearer_token_file": token, **scoped}
        async with (
            serving(build(ALL_SETTINGS.model_validate(settings))) as address,
            Client(f"{address}/mcp") as client,
        ):
            await client.call_tool("search", {})
            token.write_text("second\n")
            await client.call_tool("search", {})
            token.write_text("")
            empty = await client.call_tool("search", {})
        await said(store, url, STORE_basic_auth_file=basic)
    headers = [request.headers for request in seen]
    assert [header["authorization"] for header in headers] == [
        "Bearer first",
        "Bearer second",
        f"Basic {base64.b64encode(b'app:hunter2').decode()}",
    ]
    assert "does not contain a single line" in str(empty.content)
    if store == "victorialogs":
        assert (headers[0]["AccountID"], headers[0]["ProjectID"]) == ("12", "3")
    elif store == "loki":
        assert headers[0]["X-Scope-OrgID"] == "team-a"


@every_store
async def test_sources_says_which_does_not_answer(store: str) -> None:
    text = await said(store, "http://127.0.0.1:1", fails=False, tool="sources")
    assert f"{store}, pods does not answer" in text
    assert "is unreachable" in text


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"LOKI_URL": "loki:3100"}, "LOKI_URL: set it to an address"),
        ({"VICTORIALOGS_URL": "http://x/?a=b"}, "remove the part after"),
        ({"VICTORIALOGS_TENANT": "a:b"}, "AccountID:ProjectID"),
        ({"LOKI_TENANT": "a\nb"}, "single line of ASCII"),
        ({"OPENSEARCH_INDEX": "logs/_doc"}, "OPENSEARCH_INDEX: write it like logs-"),
        ({"OPENSEARCH_INDEX": "_all"}, "write it like logs-"),
        ({"OPENSEARCH_TIME_FIELD": ""}, "like @timestamp"),
        ({"OPENSEARCH_URL": "x", "OPENSEARCH_INDEX": "a b"}, "OPENSEARCH_URL: set it to an address"),
        ({"OPENSEARCH_BEARER_TOKEN_FILE": "/a", "OPENSEARCH_BASIC_AUTH_FILE": "/b"}, "OPENSEARCH_BEARER_TOKEN_FILE or"),
        ({"LOKI_BEARER_TOKEN_FILE": "/a", "LOKI_BASIC_AUTH_FILE": "/b"}, "not both"),
    ],
)
def test_settings_that_cannot_be_meant(
    variables: dict[str, str], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=message):
        from_environment(ALL_SETTINGS)


def test_a_ca_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "ca").write_text("no certificate")
    settings = ALL_SETTINGS.model_validate({"loki_url": "https://x", "loki_ca_file": tmp_path / "ca"})
    with pytest.raises(ConfigurationError, match="LOKI_CA_FILE"):
        build(settings)
