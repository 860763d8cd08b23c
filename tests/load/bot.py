"""The bot as a process of its own: from a message in Zulip to its reply there, beside direct calls of the same tool."""

from __future__ import annotations

import json
import time
from pathlib import Path

from tests.cluster import ControlPlane
from tests.cluster.ports import free
from tests.integration.bot_mcp.processes import TOOLBOX, python_server
from tests.load.backends import PODS
from tests.load.figures import Figure
from tests.load.program import cpu_seconds, rss_mib, running
from tests.load.samples import latencies, ratio, timed
from tests.load.servers import TOKEN, client, get_pods, server
from tests.zulip import ZulipEmulator

COMMANDS = 100
_WARM_UP = 10
_GET_PODS = "mcp kubernetes get pods"
_ECHO = "mcp toolbox echo hello"
_LAST_POD = f"web-{PODS - 1:02}"


async def measure(plane: ControlPlane, folder: Path) -> list[Figure]:
    """One person, one command after the other; the emulator, the bot and the servers share the machine's cores."""
    toolbox = free(1, "127.0.0.1")[0]
    with (
        ZulipEmulator(requests_per_minute=None) as zulip,
        server("kubernetes", folder, KUBECONFIG=str(plane.kubeconfig)) as kubernetes,
    ):
        config = _config(folder, kubernetes=kubernetes.url, toolbox=f"http://127.0.0.1:{toolbox}")
        port = free(1, "127.0.0.1")[0]
        settings = {**zulip.credentials(), "RITSUKO_CONFIG": str(config), "RITSUKO_HTTP_PORT": str(port)}
        async with python_server(TOOLBOX, toolbox), client(kubernetes.url) as direct:
            ready = f"http://127.0.0.1:{port}/readyz"
            with running("-m", "ritsuko_bot", environment=settings, log=folder / "bot.log", ready=ready) as bot:
                to_ready = cpu_seconds(bot.pid)
                replies: list[float] = []
                calls: list[float] = []
                echoes: list[float] = []
                for number in range(_WARM_UP + COMMANDS):
                    reply = await _ask(zulip, _GET_PODS, _LAST_POD)
                    call = await timed(lambda: get_pods(direct))
                    echo = await _ask(zulip, _ECHO, "hello")
                    if number >= _WARM_UP:
                        replies.append(reply)
                        calls.append(call)
                        echoes.append(echo)
                memory = rss_mib(bot.pid)
    return [
        *latencies(f"`{_GET_PODS}`, message to reply", replies, p95=1000),
        *latencies("the same tool, called directly", calls),
        ratio(
            f"`{_GET_PODS}`, message to reply", replies, "the same tool called directly by an open SDK client", calls
        ),
        *latencies(f"`{_ECHO}`, a trivial tool, message to reply", echoes, p50=25),
        Figure(f"memory after {2 * (_WARM_UP + COMMANDS)} commands", memory, "MiB", 120),
        Figure("CPU from start to ready", to_ready, "s", 3),
    ]


async def _ask(zulip: ZulipEmulator, line: str, expected: str) -> float:
    """The seconds from the message to the reply that has the expected text.

    A reply that comes as an edit of "Running ..." is seen up to 0.25 s late; only slow ones come so.
    """
    bot = zulip.user("ritsuko").id
    began = time.perf_counter()
    asked = zulip.send("hamlet", f"@**Ritsuko** {line}", to="ops", topic="bench")
    await zulip.message(
        lambda message: message.id > asked and message.sender_id == bot and expected in message.content, 30
    )
    return time.perf_counter() - began


def _config(folder: Path, *, kubernetes: str, toolbox: str) -> Path:
    token = folder / "token"
    token.write_text(TOKEN)
    servers = {
        "kubernetes": {"url": f"{kubernetes}/mcp", "tokenFile": str(token)},
        "toolbox": {"url": f"{toolbox}/mcp"},
    }
    config = folder / "mcp.json"
    config.write_text(json.dumps({"revision": "bench", "mcpServers": servers}))
    return config
