"""The answers that need no call: help, lists and status."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ritsuko_api.access import Effect
from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_bot.access.approval import in_words
from ritsuko_bot.access.policy import Decision, offered
from ritsuko_bot.answers.answer import Answer, Block, Code, CodeBlock, Strong, Table, codes, say
from ritsuko_bot.commands import usage as usages
from ritsuko_bot.commands.usage import tool_help
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.tools import Tool
from ritsuko_common.rfc3339 import format_rfc3339

_COMMANDS = """\
mcp list                       list the servers
mcp list <server>              list the tools of a server
mcp <server> <tool> [args...]  call a tool
mcp help <server> [tool]       show how to call a tool
mcp <server> resources [uri]   list its resources, or read one
mcp <server> prompts [name]    list its prompts, or show one
mcp status                     show connections and errors
next                           show the next page of an answer
help                           show this help"""

_ARGUMENTS = """\
Words fill the tool's arguments in order; key=value and --key value set them by name; quote values with spaces. \
A JSON object works too."""

_LONGEST_DESCRIPTION = 100


def general(servers: Sequence[Server], *, off: Block | None) -> Answer:
    """The commands, and the servers that are connected."""
    blocks: list[Block] = [say("I run commands on the connected MCP servers:"), CodeBlock(_COMMANDS)]
    if off is not None:
        return Answer((*blocks, off))
    blocks.append(say(_ARGUMENTS))
    blocks.append(say("Servers: ", *codes([server.name for server in servers])))
    return Answer(tuple(blocks))


def server_list(servers: Sequence[Server]) -> Answer:
    """All servers, with the names of their tools."""
    rows: list[tuple[str, ...]] = []
    for server in servers:
        tools = [tool.name for tool in server.tools.values() if offered(tool, server.policy)]
        shown = ", ".join(tools[:8]) + (f" and {len(tools) - 8} more" if len(tools) > 8 else "")
        rows.append((server.name, server.state.value, str(len(tools)), shown))
    blocks: list[Block] = [Table(("server", "state", "tools", "names"), tuple(rows), frozenset({2}), "servers")]
    for server in servers:
        if server.state is not ServerState.READY:
            blocks.append(not_ready(server))
    example = next((s.name for s in servers if s.tools), servers[0].name)
    blocks.append(say("To see the tools of one: ", Code(f"mcp list {example}")))
    return Answer(tuple(blocks))


def tool_list(server: Server, effects: Mapping[str, Effect]) -> Answer:
    """The tools of one server that the asker may call, with the effect of the rules, and the names of the others."""
    tools = [tool for tool in server.tools.values() if effects[tool.name] is not Effect.DENY]
    blocks: list[Block] = []
    if server.state is not ServerState.READY:
        blocks.append(not_ready(server))
    if tools:
        rows = tuple((tool.name, _short(tool.description), _remark(tool, effects[tool.name])) for tool in tools)
        columns: tuple[str, ...] = ("tool", "what it does", "")
        if not any(row[2] for row in rows):
            columns, rows = columns[:2], tuple(row[:2] for row in rows)
        blocks.append(Table(columns, rows, name=f"{server.name}-tools"))
        blocks.append(say("To see how to call one: ", Code(f"mcp help {server.name} {tools[0].name}")))
    elif server.tools:
        blocks.append(say(Code(server.name), " has no tools that you may call here."))
    elif server.state is ServerState.READY:
        blocks.append(say(Code(server.name), " has no tools."))
    if server.policy.aliases:
        rows = tuple(server.policy.aliases.items())
        blocks.append(Table(("alias", "command"), rows, name=f"{server.name}-aliases"))
    refused = [tool.name for tool in server.tools.values() if tool not in tools]
    if refused:
        blocks.append(say("Not allowed here: ", *codes(refused[:20]), "." if len(refused) <= 20 else " and more."))
    return Answer(tuple(blocks), failed=server.state is not ServerState.READY and not server.tools)


def one_tool(server: Server, tool: Tool, decision: Decision) -> Answer:
    """How to call one tool, and whether that is denied or needs approval."""
    blocks = tool_help(server.name, tool)
    if decision.effect is Effect.DENY:
        blocks.append(say(Strong("Not allowed here:"), " ", decision.reason, ". ", decision.advice))
    elif decision.effect is Effect.REQUIRE_APPROVAL:
        blocks.append(
            say(
                Strong("Needs approval:"),
                " ",
                decision.reason,
                ". Approvers: ",
                in_words(decision.approvers),
                ".",
            )
        )
    return Answer(tuple(blocks))


def usage(server: Server, tool: Tool) -> Block:
    """The usage line shown after a mistake."""
    return usages.usage(server.name, tool.name, tool.input_schema)


def status(
    reports: Sequence[ServerReport],
    servers: Mapping[str, Server],
    *,
    revision: str | None,
    config_error: str | None,
) -> Answer:
    """Connections, errors now and last, and the config revision."""
    blocks: list[Block] = []
    if config_error:
        blocks.append(say(Strong("The current config is invalid; the last valid one stays in use.")))
        blocks.append(CodeBlock(config_error, name="config-error"))
    rows = tuple(
        (
            report.name,
            report.state.value,
            report.since or "",
            report.server_info.version if report.server_info else "",
            report.server_info.protocol_version if report.server_info else "",
            str(len(report.tools)),
            _latency(servers.get(report.name)),
        )
        for report in reports
    )
    columns = ("server", "state", "since", "version", "protocol", "tools", "latency")
    if rows:
        blocks.append(Table(columns, rows, frozenset({5, 6}), "status"))
    # Beside the table: an error is the one thing here that must not be cut.
    blocks += [say(Code(report.name), ": ", report.error, ".") for report in reports if report.error]
    for name, server in servers.items():
        if server.error is None and server.last_error is not None:
            when, what = server.last_error
            blocks.append(say(Code(name), f" is ready again. Its last error, at {format_rfc3339(when)}: {what}."))
    blocks.append(say("Config revision: ", Code(revision)) if revision else say("The config has no revision."))
    return Answer(tuple(blocks), failed=bool(config_error))


def not_ready(server: Server) -> Block:
    """Why a server cannot be used now."""
    what = "is still connecting" if server.state is ServerState.CONNECTING else "is down"
    return say(Code(server.name), f" {what}: {server.error}." if server.error else f" {what}.")


def _remark(tool: Tool, effect: Effect) -> str:
    if effect is Effect.REQUIRE_APPROVAL:
        return "needs approval"
    return "" if tool.read_only else "makes changes"


def _latency(server: Server | None) -> str:
    if server is None or server.latency is None:
        return ""
    return f"{server.latency * 1000:.0f} ms" if server.latency >= 0.001 else "<1 ms"


def _short(description: str) -> str:
    """The first sentence, or as many whole words of it as there is room for."""
    first = re.split(r"(?<=\w[.!?])\s", " ".join(description.split()), maxsplit=1)[0]
    if len(first) <= _LONGEST_DESCRIPTION:
        return first
    return first[:_LONGEST_DESCRIPTION].rpartition(" ")[0].rstrip(",;:") + " …"
