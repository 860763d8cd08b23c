from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from mcp_types import ErrorData

from ritsuko_bot.mcp.transport import MAX_ANSWER_BYTES, Bearer, Fault, GuardedTransport, HeaderFile, fault_of

URL = "http://localhost:8081/mcp"


class Network(httpx2.AsyncBaseTransport):
    """Answers every request with what it was given, or raises it."""

    def __init__(self, outcome: httpx2.Response | Exception) -> None:
        self.outcome = outcome
        self.requests: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome


class Chunks(httpx2.AsyncByteStream):
    """A body that comes in pieces and may break off."""

    def __init__(self, *chunks: bytes | Exception) -> None:
        self._chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self._chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


def answer(status: int, body: bytes, content_type: str = "text/plain") -> httpx2.Response:
    """A response as it comes from a network: not read yet."""
    return httpx2.Response(status, headers={"content-type": content_type}, stream=Chunks(body))


async def sent(network: Network, *, bearer: Bearer | None = None, **request: Any) -> httpx2.Response:
    guard = GuardedTransport(network, headers={"x-team": "ops"}, bearer=bearer)
    async with httpx2.AsyncClient(transport=guard) as client:
        return await client.post(URL, **{"json": {"method": "tools/call"}, **request})


def fault(response: httpx2.Response) -> tuple[Fault | None, str]:
    error = response.json()["error"]
    return fault_of(ErrorData(**error)), error["message"]


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (httpx2.ConnectError("no"), Fault.NOT_SENT),
        (httpx2.ConnectTimeout("no"), Fault.NOT_SENT),
        (httpx2.PoolTimeout("no"), Fault.NOT_SENT),
        (httpx2.ReadError("no"), Fault.LOST),
        (httpx2.RemoteProtocolError("no"), Fault.LOST),
        (answer(502, b"<h1>Bad gateway</h1>"), Fault.LOST),
        (answer(401, b"no"), Fault.REJECTED),
        (answer(404, b"no"), Fault.REJECTED),
    ],
)
async def test_whatever_goes_wrong_becomes_an_error_that_says_if_it_may_be_sent_again(
    outcome: httpx2.Response | Exception, expected: Fault
) -> None:
    response = await sent(Network(outcome))
    assert response.status_code >= 400
    found, text = fault(response)
    assert found is expected
    assert text


@pytest.mark.parametrize(("status", "body"), [(404, b""), (400, b'{"error": "Bad Request: No valid session ID"}')])
async def test_a_forgotten_session_is_told_apart(status: int, body: bytes) -> None:
    response = await sent(Network(answer(status, body)), headers={"mcp-session-id": "1"})
    assert fault(response)[0] is Fault.SESSION
    response = await sent(Network(answer(status, body)))
    assert fault(response)[0] is Fault.REJECTED


async def test_an_error_of_the_server_itself_passes() -> None:
    error = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "no such tool"}}
    response = await sent(Network(answer(400, json.dumps(error).encode(), "application/json")))
    assert response.json() == error


async def test_a_json_body_is_bounded_and_may_not_break_off() -> None:
    headers = {"content-type": "application/json"}
    large = Chunks(*([b"x" * 1024 * 1024] * (MAX_ANSWER_BYTES // 1024 // 1024)), b"x")
    assert fault(await sent(Network(httpx2.Response(200, headers=headers, stream=large))))[0] is Fault.TOO_LARGE
    cut = Chunks(b'{"a": ', httpx2.ReadError("cut"))
    assert fault(await sent(Network(httpx2.Response(200, headers=headers, stream=cut))))[0] is Fault.LOST
    whole = Chunks(b'{"a": ', b"1}")
    assert (await sent(Network(httpx2.Response(200, headers=headers, stream=whole)))).json() == {"a": 1}


async def test_headers_and_the_present_token_go_with_every_request(tmp_path: Path) -> None:
    path = tmp_path / "token"
    bearer = Bearer(path)
    network = Network(httpx2.Response(202))
    for token in ("first", "second\n"):
        path.write_text(token)
        await sent(network, bearer=bearer)
        assert network.requests[-1].headers["authorization"] == f"Bearer {token.strip()}"
        assert network.requests[-1].headers["x-team"] == "ops"


@pytest.mark.parametrize("content", [None, b"", b" \n", b"two\nlines", b"\xff"])
async def test_without_a_usable_token_nothing_is_sent(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)
    network = Network(httpx2.Response(202))
    found, text = fault(await sent(network, bearer=Bearer(path)))
    assert found is Fault.NOT_SENT
    assert text.startswith("cannot read the bearer token:")
    assert network.requests == []


@pytest.mark.parametrize(("method", "bounded"), [("notifications/cancelled", True), ("tools/call", False)])
async def test_what_nobody_waits_for_cannot_hang(method: str, bounded: bool) -> None:
    network = Network(httpx2.Response(202))
    message = json.dumps({"jsonrpc": "2.0", "method": method}, separators=(",", ":"))
    await sent(network, json=None, content=message, timeout=httpx2.Timeout(5, read=None))
    assert (network.requests[0].extensions["timeout"]["read"] is not None) is bounded


async def test_no_credential_in_a_url_is_shown() -> None:
    guard = GuardedTransport(Network(httpx2.ConnectError("no")), headers={}, bearer=None)
    async with httpx2.AsyncClient(transport=guard) as client:
        response = await client.post("https://ada:hunter2@example.com/mcp?key=hunter3", json={})
    assert "hunter" not in response.text


async def test_a_header_that_is_replaced_during_a_request_costs_no_call(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("old\n")
    seen: list[str] = []

    class Rotating(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            seen.append(request.headers["x-key"])
            file.write_text("new\n")
            return answer(401 if seen[-1] == "old" else 200, b"")

    guard = GuardedTransport(Rotating(), headers={}, bearer=None, header_files=[HeaderFile("X-Key", file)])
    async with httpx2.AsyncClient(transport=guard) as client:
        assert (await client.post(URL, json={})).status_code == 200
        file.unlink()
        assert fault(await client.post(URL, json={}))[0] is Fault.NOT_SENT
    assert seen == ["old", "new"]


async def test_a_refused_header_that_stays_the_same_is_not_sent_again(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text("wrong")
    network = Network(answer(401, b""))
    guard = GuardedTransport(network, headers={}, bearer=None, header_files=[HeaderFile("X-Key", file)])
    async with httpx2.AsyncClient(transport=guard) as client:
        assert fault(await client.post(URL, json={}))[0] is Fault.REJECTED
    assert len(network.requests) == 1
