"""A bot's servers, and somebody who talks to them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from ritsuko_api.config import McpConfig, parse
from ritsuko_api.identity import User
from ritsuko_api.runtime import ServerState
from ritsuko_bot.commands.answer import Answer
from ritsuko_bot.commands.asker import Asker
from ritsuko_bot.commands.interpreter import Interpreter
from ritsuko_bot.commands.markdown import render
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers
from tests.integration.bot_mcp.processes import until

ADA = Asker(User(7, "ada@example.com"), "Ada", "#ops > pods")


def config(revision: str = "r1", **servers: dict[str, Any]) -> McpConfig:
    return parse(json.dumps({"revision": revision, "mcpServers": servers}))


def at(port: int, **more: Any) -> dict[str, Any]:
    return {"url": f"http://127.0.0.1:{port}/mcp", **more}


class Talk:
    """`say` is what somebody types, and returns what they read."""

    def __init__(self, servers: Servers, config_file: ConfigFile | None = None) -> None:
        self.servers = servers
        self.interpreter = Interpreter(servers, config_file)
        self.progress: list[str] = []

    async def answer(self, line: str) -> Answer:
        async def progress(text: str) -> None:
            self.progress.append(text)

        answer = await self.interpreter.answer(line, ADA, progress=progress)
        assert answer is not None
        return answer

    async def say(self, line: str) -> str:
        return render(await self.answer(line)).text

    async def ready(self, name: str, within: float = 40) -> float:
        return await until(lambda: self.state(name) is ServerState.READY, within=within, what=f"{name} is ready")

    async def down(self, name: str, within: float = 40) -> float:
        return await until(lambda: self.state(name) is ServerState.DOWN, within=within, what=f"{name} is down")

    def state(self, name: str) -> ServerState:
        return self.servers.running[name].state

    def tools(self, name: str) -> set[str]:
        return set(self.servers.running[name].tools)


@asynccontextmanager
async def talking(first: McpConfig) -> AsyncIterator[Talk]:
    async with Servers() as servers:
        await servers.apply(first)
        yield Talk(servers)
