"""Who gets to /mcp."""

import httpx2
import pytest
from starlette.datastructures import Headers

from ritsuko_mcp_common.guard import check
from tests.unit.mcp_common.service import TOKEN, serving

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


def _reason(peer: str | None = "127.0.0.1", token: str | None = TOKEN, **headers: str) -> str | None:
    given = {"host": "localhost:8081", "authorization": f"Bearer {TOKEN}", **headers}
    refusal = check(peer, Headers({name: value for name, value in given.items() if value}), token)
    return refusal.reason if refusal else None


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
def test_loopback_peers_with_the_token_get_in(peer: str) -> None:
    assert _reason(peer) is None


@pytest.mark.parametrize("peer", ["10.0.0.5", "::ffff:10.0.0.5", "fe80::1", "", None, "localhost", "127.0.0.1.evil"])
def test_other_peers_do_not_even_with_the_token(peer: str | None) -> None:
    assert _reason(peer) == "peer"


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:8081", "[::1]:8081"])
def test_local_names_are_taken(host: str) -> None:
    assert _reason(host=host) is None


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.nip.io:80", "", "[::1", "x@localhost"]
)
def test_a_name_that_could_be_rebound_is_not(host: str) -> None:
    assert _reason(host=host) == ("host" if host != "x@localhost" else None)


@pytest.mark.parametrize(
    ("origin", "reason"), [("http://localhost:3000", None), ("https://evil.example", "origin"), ("null", "origin")]
)
def test_pages_from_elsewhere_may_not_call(origin: str, reason: str | None) -> None:
    assert _reason(origin=origin) == reason


@pytest.mark.parametrize(
    ("authorization", "reason"),
    [
        ("", "no token"),
        ("Bearer wrong", "wrong token"),
        (f"Bearer {TOKEN}x", "wrong token"),
        (TOKEN, "wrong token"),
        (f"Basic {TOKEN}", "wrong token"),
        ("Bearer tökén", "wrong token"),
        (f"bearer {TOKEN}", None),
    ],
)
def test_only_the_right_bearer_token_opens(authorization: str, reason: str | None) -> None:
    assert _reason(authorization=authorization) == reason


def test_without_a_token_configured_none_is_needed() -> None:
    assert _reason(token=None, authorization="") is None
    assert _reason("10.0.0.5", token=None, authorization="") == "peer"


async def test_a_refusal_is_json_that_says_what_to_do_and_is_counted() -> None:
    async with serving() as server:
        async with server.http(token=None) as http:
            answer = await http.post("/mcp", json=PING, headers=ACCEPT)
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert "Authorization: Bearer" in answer.json()["error"]["message"]
        assert await server.metric('ritsuko_mcp_refused_requests_total{reason="no token"}') == 1.0


async def test_a_peer_from_outside_reaches_health_and_metrics_but_not_mcp() -> None:
    async with serving() as server, server.http(peer=("10.1.2.3", 5)) as http:
        assert (await http.post("/mcp", json=PING, headers=ACCEPT)).status_code == 403
        assert (await http.get("/mcp")).status_code == 403
        assert (await http.get("/health")).status_code == 200
        assert (await http.get("/metrics")).status_code == 200


async def test_forwarding_headers_do_not_make_a_peer_local() -> None:
    forged = {"X-Forwarded-For": "127.0.0.1", "Forwarded": "for=127.0.0.1", **ACCEPT}
    async with serving() as server, server.http(peer=("10.1.2.3", 5)) as http:
        answer: httpx2.Response = await http.post("/mcp", json=PING, headers=forged)
    assert answer.status_code == 403
