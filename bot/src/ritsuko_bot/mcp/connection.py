"""One open SDK client for one server's entry in the config."""

from __future__ import annotations

import io
import ssl
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TextIO

import httpx2
from mcp.client.client import Client
from mcp.client.session import ElicitationFnT, MessageHandlerFnT
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import Implementation
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from ritsuko_api.config import HttpServer, ServerEntry, StdioServer
from ritsuko_api.runtime import ServerInfo
from ritsuko_bot.mcp.errors import root_cause
from ritsuko_bot.mcp.transport import MAX_ANSWER_BYTES, Bearer, GuardedTransport, HeaderFile, RaisingTransport

_CONNECT_SECONDS = 5.0
_STDERR_TAIL = 400


class Connection:
    """An open client, with the owner's checks of it."""

    def __init__(self, client: Client, guard: GuardedTransport | None) -> None:
        self.client = client
        self.modern = client.protocol_version in MODERN_PROTOCOL_VERSIONS
        self._guard = guard

    @property
    def announces_changes(self) -> bool:
        """Whether the server declares that it announces changes of its tools."""
        tools = self.client.server_capabilities.tools
        return tools is not None and tools.list_changed is True

    @property
    def pushes(self) -> bool:
        """Whether a server of the older protocol can reach us; over HTTP that needs a session."""
        return self.announces_changes and not self.modern and (self._guard is None or self._guard.has_session)

    def info(self) -> ServerInfo:
        """What the server reported about itself."""
        reported = self.client.server_info
        return ServerInfo(
            name=reported.name[:256] if reported else "",
            version=reported.version[:256] if reported else "",
            protocolVersion=self.client.protocol_version,
        )

    async def ping(self) -> None:
        """Checks that the server responds. Raises MCPError if it does not."""
        if self.modern:
            await self.client.session.send_discover(self.client.protocol_version)
        else:
            await self.client.session.send_ping()


@asynccontextmanager
async def connect(
    entry: ServerEntry, *, on_message: MessageHandlerFnT, on_question: ElicitationFnT
) -> AsyncGenerator[Connection]:
    """Opens a client and closes it again. Both must happen in one task, which owns the SDK's tasks."""
    guard: GuardedTransport | None = None
    mode = "auto"
    async with AsyncExitStack() as stack:
        match entry:
            case HttpServer(type="sse"):
                # The SDK's transport enters the client itself, and makes its own of what a status code means.
                http = _http_client(RaisingTransport(_guard(entry)))
                transport = sse_client(
                    entry.url, httpx_client_factory=lambda headers=None, timeout=None, auth=None: http
                )
                mode = "legacy"
            case HttpServer():
                guard = _guard(entry)
                http = await stack.enter_async_context(_http_client(guard))
                # An event carries a whole answer and its framing.
                transport = streamable_http_client(
                    entry.url, http_client=http, max_sse_event_size=MAX_ANSWER_BYTES + 1024
                )
            case StdioServer():
                stderr = stack.enter_context(_scratch_file())
                parameters = StdioServerParameters(command=entry.command, args=entry.args, env=entry.env, cwd=entry.cwd)
                transport = stdio_client(parameters, errlog=stderr)
                stack.push(_ProcessOutput(stderr))
        # The SDK's cache would answer a tool listing that we ask for in order to see a change.
        client = Client(
            transport,
            client_info=Implementation(name="ritsuko-bot", version=version("ritsuko-bot")),
            message_handler=on_message,
            elicitation_callback=on_question,
            mode=mode,
            cache=None,
        )
        yield Connection(await stack.enter_async_context(client), guard)


def bearer_of(entry: ServerEntry) -> Bearer | None:
    """The token of a server that has one."""
    if isinstance(entry, HttpServer) and entry.token_file is not None:
        return Bearer(Path(entry.token_file))
    return None


def _guard(entry: HttpServer) -> GuardedTransport:
    """A transport with its own connection pool, so that one hanging server cannot use up the connections of others."""
    inner = httpx2.AsyncHTTPTransport(verify=_ssl_context(), trust_env=False)
    files = [HeaderFile(name, Path(path)) for name, path in entry.header_files.items()]
    return GuardedTransport(inner, headers=entry.headers, bearer=bearer_of(entry), header_files=files)


def _http_client(transport: httpx2.AsyncBaseTransport) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=transport,
        # Reading has no limit of its own: streams stay open for hours, and every call has its deadline.
        timeout=httpx2.Timeout(_CONNECT_SECONDS, read=None),
        trust_env=False,
    )


@cache
def _ssl_context() -> ssl.SSLContext:
    """Made once: it takes longer than a whole call."""
    return httpx2.create_ssl_context()


def _scratch_file() -> TextIO:
    return io.TextIOWrapper(tempfile.TemporaryFile(), encoding="utf-8", errors="replace")


class _ProcessOutput:
    """Adds the end of a process's standard error to the error that ended the connection."""

    def __init__(self, stderr: TextIO) -> None:
        self._stderr = stderr

    def __call__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, Exception):
            self._stderr.seek(0, io.SEEK_SET)
            if tail := self._stderr.read()[-_STDERR_TAIL:].strip():
                root_cause(error).add_note(tail)
        return False
