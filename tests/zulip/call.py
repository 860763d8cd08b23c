"""One request on its way through an endpoint."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tests.zulip.params import Params
from tests.zulip.server import Server
from tests.zulip.world import User, World

Answer = dict[str, Any] | Response
"""A dict is a success's own fields; `result`, `msg` and what was ignored are added to it."""
Endpoint = Callable[["Call"], Answer | Awaitable[Answer]]


@dataclass
class Call:
    server: Server
    request: Request
    params: Params
    caller: User | None = None
    args: dict[str, str] = field(default_factory=dict)
    blocked: bool = False
    """Set by a poll that had to wait: its answer comes without rate headers."""

    async def hung_up(self) -> None:
        """Return when the client has closed the connection. Only for requests whose body has been read."""
        while (await self.request.receive())["type"] != "http.disconnect":
            pass

    @property
    def world(self) -> World:
        return self.server.world

    @property
    def user(self) -> User:
        """Who asks. Endpoints that anyone may use look at `caller`."""
        assert self.caller is not None
        return self.caller

    @property
    def site(self) -> str:
        return str(self.request.base_url).rstrip("/")

    @property
    def address(self) -> str:
        return self.request.client.host if self.request.client else "unknown"

    @property
    def client(self) -> str:
        """The program's name: a legacy parameter, else the first words of User-Agent."""
        named = self.params.text("client")
        if named:
            return named
        match = re.match(r"[^/\s]*[^0-9/(]*", self.request.headers.get("user-agent", ""))
        return match.group(0).strip() if match and match.group(0).strip() else "Unspecified"
