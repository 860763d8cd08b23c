"""/health: the server lives, whatever its backend does."""

import asyncio

from ritsuko_mcp_common import BackendUnreachable
from tests.unit.mcp_common.service import FakeBackend, serving


async def _health(server) -> tuple[int, dict]:
    async with server.http(token=None) as http:
        answer = await http.get("/health")
    return answer.status_code, answer.json()


async def test_a_reachable_backend_is_named() -> None:
    async with serving() as server:
        status, body = await _health(server)
    assert (status, body["status"], body["alive"]) == (200, "ok", True)
    assert body["backend"] == {"reachable": True, "detail": "Fake 1.0"}


async def test_an_unreachable_backend_degrades_but_never_kills() -> None:
    async with serving() as server:
        server.backend.failure = BackendUnreachable("no route, password=hunter2hunter2")
        status, body = await _health(server)
    assert (status, body["status"], body["alive"]) == (200, "degraded", True)
    assert body["backend"]["reachable"] is False
    assert "no route" in body["backend"]["detail"]
    assert "hunter2hunter2" not in body["backend"]["detail"]


async def test_probes_do_not_hammer_the_backend() -> None:
    async with serving() as server:
        await asyncio.gather(*(_health(server) for _ in range(20)))
        await _health(server)
        assert server.backend.checks == 1


async def test_a_slow_backend_never_holds_up_the_answer(monkeypatch) -> None:
    never = asyncio.Event()

    async def hang(self: FakeBackend) -> str:
        await never.wait()
        return ""

    monkeypatch.setattr(FakeBackend, "check", hang)
    async with serving() as server:
        async with asyncio.timeout(1):  # the kubelet's patience
            status, body = await _health(server)
    assert status == 200
    assert body["backend"]["reachable"] is None


async def test_the_backend_is_let_go_at_the_end() -> None:
    async with serving() as server:
        pass
    assert server.backend.closed
