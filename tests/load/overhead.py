"""One call of a tool through the bot's own client, beside the same request posted again with nothing around it."""

from __future__ import annotations

import httpx2
from mcp.client import Client
from mcp.client.streamable_http import streamable_http_client

from ritsuko_api.config import parse
from ritsuko_api.identity import User
from ritsuko_api.runtime import ServerState
from ritsuko_bot.mcp.call import call
from ritsuko_bot.mcp.servers import Servers
from tests.integration.bot.bots import eventually
from tests.load.figures import Figure
from tests.load.samples import latencies, ratio, timed

CALLS = 300
_WARM_UP = 20
_TOOL, _ARGUMENTS = "echo", {"text": "hello"}
_HOP_BY_HOP = ("host", "content-length", "connection", "accept-encoding")
_ASKER = User("1", "bench@example.com")


async def measure(url: str) -> list[Figure]:
    """`url` is the /mcp of a server that has the tool `echo`. Both use a connection that stays open."""
    headers, content = await _recorded(url)
    ours: list[float] = []
    raw: list[float] = []
    async with Servers() as servers, httpx2.AsyncClient(trust_env=False, timeout=30) as http:
        await servers.apply(parse(f'{{"mcpServers": {{"echoes": {{"url": "{url}"}}}}}}'))
        server = servers.running["echoes"]
        await eventually(lambda: server.state is ServerState.READY, within=30)

        async def through_the_client() -> None:
            outcome = await call(server, server.tools[_TOOL], _ARGUMENTS, user=_ASKER, progress=_unheard)
            assert not outcome.result.is_error, outcome

        async def posted() -> None:
            answer = await http.post(url, headers=headers, content=content)
            assert answer.status_code == 200, answer.text
            assert "hello" in answer.text, answer.text

        for number in range(_WARM_UP + CALLS):
            seconds = await timed(through_the_client), await timed(posted)
            if number >= _WARM_UP:
                ours.append(seconds[0])
                raw.append(seconds[1])
    over = ratio("a trivial tool by the bot's client", ours, "the same request posted by itself", raw)
    return [
        *latencies("a trivial tool by the bot's client", ours),
        *latencies("the same request posted by itself", raw),
        Figure(over.name, over.value, over.unit, 2.5),
    ]


async def _recorded(url: str) -> tuple[dict[str, str], bytes]:
    """The request that the SDK makes of such a call."""
    posted: list[httpx2.Request] = []

    async def keep(request: httpx2.Request) -> None:
        posted.append(request)

    async with (
        httpx2.AsyncClient(trust_env=False, timeout=30, event_hooks={"request": [keep]}) as http,
        Client(streamable_http_client(url, http_client=http), mode="2026-07-28") as client,
    ):
        await client.call_tool(_TOOL, _ARGUMENTS)
        request = next(request for request in posted if b"tools/call" in request.content)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        return headers, request.content


async def _unheard(_: str) -> None:
    """What a call reports on its way is of no interest here."""
