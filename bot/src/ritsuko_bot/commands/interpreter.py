"""From a line that somebody typed to the answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from ritsuko_api.access import Effect
from ritsuko_bot.answers.answer import Answer, Block, Code, Inline, say
from ritsuko_bot.answers.calls import call_answer
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.calls.calls import Calls
from ritsuko_bot.commands import guide, offers
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.command import Command
from ritsuko_bot.commands.directory import Directory
from ritsuko_bot.commands.tokens import NotClosed, Token, tokenize
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.mcp.tools import Tool


class Interpreter:
    """Answers commands. Safe to use from many tasks at once."""

    def __init__(self, servers: Servers, calls: Calls, config_file: ConfigFile | None = None) -> None:
        self._servers = servers
        self._calls = calls
        self._config_file = config_file
        self._directory = Directory(servers, config_file)

    async def answer(self, line: str, caller: Caller) -> Answer | None:
        """The answer to one line; None if it is not a command."""
        words = line.split(None, 1)
        first = words[0].casefold().rstrip("?!.:") if words else "help"
        if first == "help" or (first == "mcp" and len(words) == 1):
            return guide.general(self._directory.all(), off=self._directory.missing())
        command = Command(line, caller)
        if first == "next" and len(words) == 1:
            return await self._next(command)
        if first != "mcp":
            return None
        try:
            tokens = tokenize(line)
        except NotClosed as error:
            return _failed(
                say("The quote in ", Code(error.opening), " is not closed."),
                say("Close it, or write ", Code('\\"'), " for a literal quote inside a quoted value."),
            )
        return await self._command(tokens[1:], command)

    async def _command(self, tokens: Sequence[Token], command: Command) -> Answer:
        verb = _word(tokens[0])
        match verb.casefold():
            case "status":
                return self._status()
            case "list":
                return self._list([_word(token) for token in tokens[1:]], command.asker)
            case "help":
                return self._help([_word(token) for token in tokens[1:]], command.asker)
            case "next" if len(tokens) == 1:
                return await self._next(command)
            case _:
                pass
        server = self._directory.server(verb)
        if not isinstance(server, Server):
            return server
        if len(tokens) == 1:
            return self._tools(server, command.asker)
        expansion = self._directory.alias(server, _word(tokens[1]))
        if expansion is not None:
            command = dataclasses.replace(command, line=f"mcp {server.name} {expansion}{command.line[tokens[1].end :]}")
            try:
                tokens = tokenize(command.line)[1:]
            except NotClosed as error:
                return _failed(say("The quote in ", Code(error.opening), " is not closed: ", Code(command.line), "."))
        return await self._of_server(server, _word(tokens[1]), tokens[2:], command)

    async def _of_server(self, server: Server, name: str, arguments: Sequence[Token], command: Command) -> Answer:
        if name not in server.tools:
            match name.casefold():
                case "help" | "--help":
                    return self._help([server.name, *(_word(token) for token in arguments)], command.asker)
                case offers.RESOURCES:
                    return await offers.resources(self._calls, server, [_word(token) for token in arguments], command)
                case offers.PROMPTS:
                    return await offers.prompts(self._calls, server, arguments, command)
                case _:
                    pass
        tool = self._directory.tool(server, name)
        if not isinstance(tool, Tool):
            return tool
        if len(arguments) == 1 and arguments[0].raw in ("--help", "-h"):
            return self._one_tool(server, tool, command.asker)
        try:
            bound = bind(command.line, arguments, tool.input_schema)
        except BadArguments as error:
            return _failed(
                say(*_capitalised(error.parts)),
                guide.usage(server, tool),
                say("More help: ", Code(f"mcp help {server.name} {tool.name}")),
            )
        return await self._call(server, tool, bound, command)

    async def _next(self, command: Command) -> Answer:
        page = self._calls.next_page(command.asker)
        if page is None:
            return _failed(say("There is no next page: the last answer here was complete."))
        server = self._directory.server(page.server)
        if not isinstance(server, Server):
            return server
        tool = self._directory.tool(server, page.tool)
        return await self._call(server, tool, page.arguments, command) if isinstance(tool, Tool) else tool

    async def _call(self, server: Server, tool: Tool, arguments: Mapping[str, JsonValue], command: Command) -> Answer:
        result = await self._calls.call(server, tool, arguments, command.caller)
        return call_answer(result, server=server.name, tool=tool.name, line=command.line)

    def _list(self, names: Sequence[str], asker: Asker) -> Answer:
        if not names:
            missing = self._directory.missing()
            return guide.server_list(self._directory.all()) if missing is None else _failed(missing)
        found = self._directory.server(names[0])
        return self._tools(found, asker) if isinstance(found, Server) else found

    def _help(self, names: Sequence[str], asker: Asker) -> Answer:
        if not names:
            return guide.general(self._directory.all(), off=self._directory.missing())
        server = self._directory.server(names[0])
        if not isinstance(server, Server):
            return server
        if len(names) == 1:
            return self._tools(server, asker)
        expansion = self._directory.alias(server, names[1])
        tool = self._directory.tool(server, expansion.split()[0] if expansion else names[1])
        if not isinstance(tool, Tool):
            return tool
        answer = self._one_tool(server, tool, asker)
        if expansion is None:
            return answer
        note = say(
            Code(f"mcp {server.name} {names[1]}"), " is an alias of ", Code(f"mcp {server.name} {expansion}"), "."
        )
        return Answer((note, *answer.blocks), failed=answer.failed)

    def _tools(self, server: Server, asker: Asker) -> Answer:
        return guide.tool_list(server, self._effects(server, asker))

    def _one_tool(self, server: Server, tool: Tool, asker: Asker) -> Answer:
        return guide.one_tool(server, tool, self._calls.decide(server, tool, asker))

    def _effects(self, server: Server, asker: Asker) -> dict[str, Effect]:
        return {name: self._calls.decide(server, tool, asker).effect for name, tool in server.tools.items()}

    def _status(self) -> Answer:
        error = self._config_file.error if self._config_file else None
        answer = guide.status(
            self._servers.reports(), self._servers.running, revision=self._servers.revision, config_error=error
        )
        missing = self._directory.missing()
        return answer if missing is None else Answer((missing, *answer.blocks), failed=answer.failed)


def _word(token: Token) -> str:
    return token.raw if token.text is None or token.key is not None else token.text


def _failed(*blocks: Block) -> Answer:
    return Answer(blocks, failed=True)


def _capitalised(parts: Sequence[Inline]) -> list[Inline]:
    first, *rest = parts
    return [first[:1].upper() + first[1:], *rest] if isinstance(first, str) else [first, *rest]
