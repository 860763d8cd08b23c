"""What every tool call passes through: identity, a slot, a deadline; then redaction, budget, metrics and audit."""

from __future__ import annotations

import base64
import json
import logging
import time
from collections.abc import Mapping
from typing import Any, cast

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError, UnexpectedToolError
from mcp.server.mcpserver.tools import Tool
from mcp_types import CallToolResult, ImageContent, TextContent
from pydantic import JsonValue, ValidationError

from ritsuko_api.envelope import MARK
from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_common import assertion, audit, budget, text
from ritsuko_mcp_common.addresses import redacted_address
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import BackendUnreachable, ToolFailure
from ritsuko_mcp_common.metrics import Metrics
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.settings import ServerSettings

logger = logging.getLogger(__name__)

_LONGEST_ARGUMENT = 64_000


class ContractServer(MCPServer[Any]):
    """An `MCPServer` whose every call, known or not, keeps the contract."""

    def __init__(
        self,
        *,
        name: str,
        version: str,
        instructions: str,
        tools: list[Tool],
        settings: ServerSettings,
        metrics: Metrics,
    ) -> None:
        super().__init__(name, version=version, instructions=instructions, tools=tools, log_level=settings.log_level)
        self._tools = {tool.name: tool for tool in tools}
        self._configuration = settings
        self._metrics = metrics
        self._slots = anyio.Semaphore(settings.mcp_max_concurrent_calls)
        # A picture in the making takes tens of megabytes.
        self._drawing = anyio.CapacityLimiter(1)

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult:
        """Answer a call. What a caller did wrong is not raised: it is an `is_error` result that says what to do."""
        started = time.perf_counter()
        redaction = Redaction()
        # Only names we know become metric labels: a caller must not be able to make new time series.
        label = name if name in self._tools else "unknown"
        record = audit.Record(label, Redaction().value(_bounded(arguments)))
        try:
            try:
                envelope = await self._answer(name, arguments, context or Context(mcp_server=self), record)
                result = await self._finish(envelope, redaction, record)
                record.outcome = "ok"
            except ToolFailure as failure:
                record.outcome = _outcome(failure)
                record.error = Redaction().sentence(failure.message)
                result = await self._finish(_failure_envelope(failure), redaction, record)
                result.is_error = True
        finally:
            record.seconds = time.perf_counter() - started
            record.redactions = dict(redaction.counts)
            self._count(label, record)
            record.write()
        return result

    async def _answer(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any], record: audit.Record
    ) -> Envelope:
        caller = assertion.caller(
            _meta(context),
            secret=self._configuration.auth_token,
            server=self._configuration.mcp_server_name or self.name,
            required=self._configuration.mcp_require_user,
            now=time.time(),
        )
        assertion.begin(caller)
        record.user = caller.label
        tool = self._tools.get(name)
        if tool is None:
            raise ToolFailure(
                f"there is no tool {name[:100]!r}",
                suggestion(name, self._tools) or f"There are: {', '.join(self._tools)}.",
            )
        _check_arguments(tool, arguments)
        deadline = self._configuration.mcp_deadline_seconds
        try:
            with anyio.fail_after(deadline):
                async with self._slots:
                    with self._metrics.running.track_inprogress():
                        return await _run(tool, arguments, context)
        except TimeoutError as error:
            raise DeadlineExceeded(
                f"{name} timed out after {deadline:g} s", "Narrow the request, or try again later."
            ) from error

    async def _finish(self, envelope: Envelope, redaction: Redaction, record: audit.Record) -> CallToolResult:
        """Raises `Crash` where what a tool left to be done after redaction fails."""
        envelope = _redacted(envelope, redaction)
        try:
            pictures = await self._pictures(envelope)
            envelope = envelope.written()
        except Exception as error:
            logger.exception("an answer of %s could not be written", record.tool)
            raise Crash(record.tool) from error
        envelope = budget.fit(envelope, self._configuration.mcp_output_budget)
        body = text.render(envelope)
        record.bytes = len(body.encode()) + sum(len(picture.data) for picture in pictures)
        record.truncated = envelope.truncated
        return CallToolResult(
            content=[TextContent(text=body), *pictures],
            structured_content=envelope.model_dump(mode="json", exclude_none=True),
            _meta=dict(MARK),
        )

    async def _pictures(self, envelope: Envelope) -> list[ImageContent]:
        if envelope.painter is None:
            return []
        png = await anyio.to_thread.run_sync(envelope.painter, envelope, limiter=self._drawing)
        return [ImageContent(data=base64.b64encode(png).decode(), mime_type="image/png")]

    def _count(self, label: str, record: audit.Record) -> None:
        self._metrics.calls.labels(label, record.outcome).inc()
        self._metrics.seconds.labels(label).observe(record.seconds)
        self._metrics.bytes.labels(label).inc(record.bytes)
        if record.truncated:
            self._metrics.truncated.labels(label).inc()
        for kind, count in record.redactions.items():
            self._metrics.redactions.labels(kind).inc(count)


class DeadlineExceeded(ToolFailure):
    """The call took longer than the deadline; what it was doing has been cancelled."""


class Crash(ToolFailure):
    """A bug of ours: the caller learns that it happened, the log has the traceback."""

    def __init__(self, tool: str) -> None:
        super().__init__(f"{tool} failed unexpectedly", "The server's log has the details.")


async def _run(tool: Tool, arguments: dict[str, Any], context: Context[Any, Any]) -> Envelope:
    try:
        return cast(Envelope, await tool.run(arguments, context))
    except UnexpectedToolError as error:
        logger.exception("tool %s crashed", tool.name)
        raise Crash(tool.name) from error
    except ToolError as error:
        match error.__cause__:
            case ToolFailure() as failure:
                raise failure from error
            case ValidationError() as invalid:
                raise _invalid(tool, invalid) from error
            case _:
                raise ToolFailure(str(error)) from error


def _check_arguments(tool: Tool, arguments: dict[str, Any]) -> None:
    known: dict[str, Any] = tool.parameters.get("properties", {})
    for name, value in arguments.items():
        if name not in known:
            raise ToolFailure(
                f"{tool.name} has no argument {name[:100]!r}",
                suggestion(name, known) or f"It takes: {', '.join(known)}.",
            )
        if isinstance(value, str) and len(value) > _LONGEST_ARGUMENT:
            raise ToolFailure(
                f"the argument {name!r} is {len(value)} characters long", f"The maximum is {_LONGEST_ARGUMENT}."
            )


def _invalid(tool: Tool, error: ValidationError) -> ToolFailure:
    complaints = [
        f"{'.'.join(str(part) for part in detail['loc']) or 'arguments'}: {detail['msg'].removeprefix('Value error, ')}"
        for detail in error.errors(include_url=False, include_input=False)
    ]
    known: dict[str, Any] = tool.parameters.get("properties", {})
    return ToolFailure(f"{tool.name}: " + "; ".join(complaints), f"It takes: {', '.join(known)}.")


def _failure_envelope(failure: ToolFailure) -> Envelope:
    return Envelope(summary=failure.message, data=failure.excerpt or None, hints=[failure.hint] if failure.hint else [])


def _redacted(envelope: Envelope, redaction: Redaction) -> Envelope:
    update: dict[str, object] = {
        "data": redaction.value(cast(JsonValue, envelope.data)),
        "summary": redaction.sentence(envelope.summary),
        "warnings": [redaction.sentence(line) for line in envelope.warnings],
        "hints": [redaction.sentence(line) for line in envelope.hints],
        "links": [
            link.model_copy(
                update={"title": redaction.sentence(link.title), "url": redacted_address(link.url, redaction)}
            )
            for link in envelope.links
        ],
        "source": None if envelope.source is None else redaction.sentence(envelope.source),
    }
    if redaction.total:
        values = "1 secret value was" if redaction.total == 1 else f"{redaction.total} secret values were"
        update["warnings"] = [*cast("list[str]", update["warnings"]), f"{values} redacted"]
    return envelope.model_copy(update=update)


def _meta(context: Context[Any, Any]) -> Mapping[str, object] | None:
    try:
        return cast("Mapping[str, object] | None", context.request_context.meta)
    except ValueError:
        return None  # called in the process itself, not by a client


def _outcome(failure: ToolFailure) -> str:
    match failure:
        case DeadlineExceeded():
            return "deadline"
        case BackendUnreachable():
            return "unreachable"
        case Crash():
            return "crash"
        case _:
            return "failed"


def _bounded(arguments: dict[str, Any]) -> JsonValue:
    """Arguments as the audit log keeps them: a megabyte typed at a tool must not become a megabyte of log."""
    bounded: dict[str, JsonValue] = {}
    for name, value in list(arguments.items())[:50]:
        written = value if isinstance(value, str) else json.dumps(value)
        bounded[name[:100]] = value if len(written) <= 500 else written[:500] + "…"
    return bounded
