"""From a line that somebody typed to the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from ritsuko_bot.access.audit import Record
from ritsuko_bot.access.policy import decide
from ritsuko_bot.commands import guide
from ritsuko_bot.commands.answer import Answer, Block, Code, Inline, Strong, codes, say
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.asker import Asker
from ritsuko_bot.commands.nearest import find, nearest
from ritsuko_bot.commands.results import answer_of
from ritsuko_bot.commands.tokens import NotClosed, Token, tokenize
from ritsuko_bot.mcp.call import call
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.errors import CallFailed
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.mcp.tools import Tool

Progress = Callable[[str], Awaitable[None]]


class Interpreter:
    """Answers commands with the help of the servers. Safe to call from many tasks at once."""

    def __init__(self, servers: Servers, config_file: ConfigFile | None = None) -> None:
        self._servers = servers
        self._config_file = config_file

    async def answer(self, line: str, asker: Asker, *, progress: Progress) -> Answer | None:
        """The answer to one line; None when it is not a command for the bot.

        `progress` is told what a running call reports; it may be called from another task, any number of times.
        """
        words = line.split(None, 1)
        first = words[0].casefold().rstrip("?!.:") if words else "help"
        if first == "help" or (first == "mcp" and len(words) == 1):
            return guide.general(self._all(), off=self._what_is_missing())
        if first != "mcp":
            return None
        try:
            tokens = tokenize(line)
        except NotClosed as error:
            return _failed(
                say("The quote in ", Code(error.opening), " is never closed."),
                say("Close it, or write ", Code('\\"'), " inside a quoted value for a quote that is meant literally."),
            )
        return await self._command(line, tokens[1:], asker, progress)

    async def _command(self, line: str, tokens: Sequence[Token], asker: Asker, progress: Progress) -> Answer:
        verb = _word(tokens[0])
        match verb.casefold():
            case "status":
                return self._status()
            case "list":
                return self._list([_word(token) for token in tokens[1:]])
            case "help":
                return self._help([_word(token) for token in tokens[1:]])
            case _:
                pass
        found = self._find_server(verb)
        if not isinstance(found, Server):
            return found
        if len(tokens) == 1:
            return guide.tool_list(found)
        tool_name, arguments = _word(tokens[1]), tokens[2:]
        if tool_name in ("help", "--help") and tool_name not in found.tools:
            return self._help([found.name, *(_word(token) for token in arguments)])
        tool = self._find_tool(found, tool_name)
        if not isinstance(tool, Tool):
            return tool
        if len(arguments) == 1 and arguments[0].raw in ("--help", "-h"):
            return guide.one_tool(found, tool)
        return await self._call(line, found, tool, arguments, asker, progress)

    async def _call(
        self, line: str, server: Server, tool: Tool, tokens: Sequence[Token], asker: Asker, progress: Progress
    ) -> Answer:
        try:
            arguments = bind(line, tokens, tool.input_schema)
        except BadArguments as error:
            return _failed(
                say(*_capitalised(error.parts)),
                guide.usage(server, tool),
                say("All about it: ", Code(f"mcp help {server.name} {tool.name}")),
            )
        decision = decide(tool, server.policy, server=server.name)
        record = Record(asker.user, asker.where, server.name, tool.name, arguments, decision=decision.rule.value)
        try:
            if not decision.allowed:
                record.outcome = "denied"
                return _failed(say(Strong("Not allowed:"), " ", decision.reason, "."), say(decision.advice))
            if asker.late and not tool.read_only:
                record.outcome = "too late"
                return _failed(
                    say("You asked for this a while ago, when I was not there: ", Code(line), "."),
                    say("It may change something, so I did not run it. Ask again if you still want it."),
                )
            result = await call(server, tool, arguments, user=asker.user, progress=progress)
            record.outcome = "error" if result.is_error else "ok"
            return answer_of(result, server=server.name, tool=tool.name)
        except CallFailed as failure:
            record.outcome, record.error = type(failure).__name__, str(failure)
            return _failed(say(_sentence(str(failure))), *([say(failure.advice)] if failure.advice else []))
        finally:
            record.write()

    def _list(self, names: Sequence[str]) -> Answer:
        if not names:
            missing = self._what_is_missing()
            return guide.server_list(self._all()) if missing is None else _failed(missing)
        found = self._find_server(names[0])
        return guide.tool_list(found) if isinstance(found, Server) else found

    def _help(self, names: Sequence[str]) -> Answer:
        if not names:
            return guide.general(self._all(), off=self._what_is_missing())
        server = self._find_server(names[0])
        if not isinstance(server, Server):
            return server
        if len(names) == 1:
            return guide.tool_list(server)
        tool = self._find_tool(server, names[1])
        return guide.one_tool(server, tool) if isinstance(tool, Tool) else tool

    def _status(self) -> Answer:
        error = self._config_file.error if self._config_file else None
        answer = guide.status(self._servers.reports(), revision=self._servers.revision, config_error=error)
        missing = self._what_is_missing()
        return answer if missing is None else Answer((missing, *answer.blocks), failed=answer.failed)

    def _all(self) -> list[Server]:
        return list(self._servers.running.values())

    def _what_is_missing(self) -> Block | None:
        """Why there is no server at all; None when there are some."""
        config = self._servers.config
        if not config.mcp_enabled:
            return say(
                Strong("MCP is switched off for this bot"), ": its RitsukoBot says ",
                Code("mcpSidecars.enabled: false"), ". Until that changes, there is nothing that I can ask.",
            )  # fmt: skip
        if self._servers.running:
            return None
        if self._config_file is not None and self._config_file.error:
            return say(Strong("My list of servers cannot be used:"), " ", self._config_file.error)
        return say(
            Strong("No MCP server is connected to this bot."), " Add a McpSidecar whose ", Code("botRef"),
            " names it (or an entry in mcp.json), and its tools appear here without a restart.",
        )  # fmt: skip

    def _find_server(self, name: str) -> Server | Answer:
        running = self._servers.running
        found = find(name, running)
        if found is not None:
            return running[found]
        missing = self._what_is_missing()
        if missing is not None:
            return _failed(missing)
        near = nearest(name, [*running, "list", "help", "status"])
        return _failed(
            say("There is no server ", Code(name), ".", *_did_you_mean([f"mcp {other}" for other in near])),
            say("There are: ", *codes(list(running)), "."),
        )

    def _find_tool(self, server: Server, name: str) -> Tool | Answer:
        found = find(name, server.tools)
        if found is not None:
            return server.tools[found]
        if not server.tools:
            return _failed(guide.not_ready(server) if server.error else say(Code(server.name), " offers no tools yet."))
        near = nearest(name, server.tools)
        names = [tool.name for tool in guide.allowed(server)]
        shown = [*codes(names[:20]), "." if len(names) <= 20 else f" and {len(names) - 20} more."]
        return _failed(
            say(
                Code(server.name), " has no tool ", Code(name), ".",
                *_did_you_mean([f"mcp {server.name} {other}" for other in near]),
            ),
            say("It has: ", *shown) if names else say("None of its tools may be called here."),
        )  # fmt: skip


def _word(token: Token) -> str:
    return token.raw if token.text is None or token.key is not None else token.text


def _failed(*blocks: Block) -> Answer:
    return Answer(blocks, failed=True)


def _did_you_mean(commands: Sequence[str]) -> list[Inline]:
    return [" Did you mean ", *codes(commands), "?"] if commands else []


def _capitalised(parts: Sequence[Inline]) -> list[Inline]:
    first, *rest = parts
    return [first[:1].upper() + first[1:], *rest] if isinstance(first, str) else [first, *rest]


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
