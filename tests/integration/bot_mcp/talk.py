"""A bot's servers, and somebody who talks to them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mcp_types import ElicitRequestParams, ElicitResult

from ritsuko_api.config import McpConfig, parse
from ritsuko_api.identity import User
from ritsuko_api.runtime import ServerState
from ritsuko_bot.access.approval import Vote
from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.answers.approvals import approval_message
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.calls.approval import ApprovalRequest, RequestTooLong
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.calls.calls import Calls
from ritsuko_bot.calls.dialogue import Dialogue
from ritsuko_bot.commands import elicitation
from ritsuko_bot.commands.interpreter import Interpreter
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.metrics import Metrics
from tests.integration.bot_mcp.processes import until

ADA = Asker(Person(User("7", "ada@example.com"), "Ada"), "#ops > pods")


GRACE = Person(User("8", "grace@example.com", "moderator"), "Grace")


def config(revision: str = "r1", access: dict[str, Any] | None = None, **servers: dict[str, Any]) -> McpConfig:
    return parse(json.dumps({"revision": revision, "access": access or {}, "mcpServers": servers}))


def at(port: int, **more: Any) -> dict[str, Any]:
    return {"url": f"http://127.0.0.1:{port}/mcp", **more}


class Scripted:
    """A conversation in which everybody says what a test wants: replies in order, and one vote."""

    def __init__(self, *replies: str, vote: Vote | None = None) -> None:
        self.replies = list(replies)
        self.said: list[str] = []
        self.announced = 0
        self._vote = vote

    async def announce(self) -> None:
        self.announced += 1

    async def elicit(self, server: str, question: ElicitRequestParams) -> ElicitResult:
        return await elicitation.elicit(self.ask, server, question)

    async def ask(self, question: Answer) -> str | None:
        self.said.append(render(question).text)
        return self.replies.pop(0) if self.replies else None

    async def approve(self, request: ApprovalRequest) -> Vote | None:
        text, attachments = render(approval_message(request))
        if attachments:
            raise RequestTooLong
        self.said.append(text)
        return self._vote if self._vote is not None and request.decides(self._vote) else None


class Talk:
    """`say` is what somebody types, and returns what they read."""

    def __init__(self, servers: Servers, config_file: ConfigFile | None = None) -> None:
        self.servers = servers
        self.calls = Calls(servers, Metrics())
        self.interpreter = Interpreter(servers, self.calls, config_file)
        self.progress: list[str] = []

    async def answer(self, line: str, *, asker: Asker = ADA, dialogue: Dialogue | None = None) -> Answer:
        async def progress(text: str) -> None:
            self.progress.append(text)

        answer = await self.interpreter.answer(line, Caller(asker, progress, dialogue))
        assert answer is not None
        return answer

    async def say(self, line: str, *, asker: Asker = ADA, dialogue: Dialogue | None = None) -> str:
        return render(await self.answer(line, asker=asker, dialogue=dialogue)).text

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
