"""From a line that somebody typed to the answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from ritsuko_api.access import Effect
from ritsuko_bot.answers.answer import Answer, Block, Code, Inline, say
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.calling import Calling, Progress, Turn
from ritsuko_bot.calls.dialogue import Dialogue
from ritsuko_bot.commands import guide, offers
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.directory import Directory
from ritsuko_bot.commands.tokens import NotClosed, Token, tokenize
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.mcp.tools import Tool


class Interpreter:
    """Answers commands with the help of the servers. Safe to call from many tasks at once."""

    def __init__(self, servers: Servers, config_file: ConfigFile | None = None) -> None:
        self._servers = servers
        self._config_file = config_file
        self._directory = Directory(servers, config_file)
        self._calling = Calling(servers)

    async def answer(
        self, line: str, asker: Asker, *, progress: Progress, dialogue: Dialogue | None = None
    ) -> Answer | None:
        """The answer to one line; None when it is not a command for the bot.

        `progress` is told what a running call reports; it may be called from another task, any number of times.
        `dialogue` is None where nobody can be asked anything.
        """
        words = line.split(None, 1)
        first = words[0].casefold().rstrip("?!.:") if words else "help"
        if first == "help" or (first == "mcp" and len(words) == 1):
            return guide.general(self._directory.all(), off=self._directory.missing())
        turn = Turn(line, asker, progress, dialogue)
        if first == "next" and len(words) == 1:
            return await self._next(turn)
        if first != "mcp":
            return None
        try:
            tokens = tokenize(line)
        except NotClosed as error:
            return _failed(
                say("The quote in ", Code(error.opening), " is never closed."),
                say("Close it, or write ", Code('\\"'), " inside a quoted value for a quote that is meant literally."),
            )
        return await self._command(tokens[1:], turn)

    async def _command(self, tokens: Sequence[Token], turn: Turn) -> Answer:
        verb = _word(tokens[0])
        match verb.casefold():
            case "status":
                return self._status()
            case "list":
                return self._list([_word(token) for token in tokens[1:]], turn.asker)
            case "help":
                return self._help([_word(token) for token in tokens[1:]], turn.asker)
            case "next" if len(tokens) == 1:
                return await self._next(turn)
            case _:
                pass
        server = self._directory.server(verb)
        if not isinstance(server, Server):
            return server
        if len(tokens) == 1:
            return self._tools(server, turn.asker)
        expansion = self._directory.alias(server, _word(tokens[1]))
        if expansion is not None:
            turn = dataclasses.replace(turn, line=f"mcp {server.name} {expansion}{turn.line[tokens[1].end :]}")
            try:
                tokens = tokenize(turn.line)[1:]
            except NotClosed as error:
                return _failed(say("The quote in ", Code(error.opening), " is never closed: ", Code(turn.line), "."))
        return await self._of_server(server, _word(tokens[1]), tokens[2:], turn)

    async def _of_server(self, server: Server, name: str, arguments: Sequence[Token], turn: Turn) -> Answer:
        if name not in server.tools:
            match name.casefold():
                case "help" | "--help":
                    return self._help([server.name, *(_word(token) for token in arguments)], turn.asker)
                case offers.RESOURCES:
                    return await offers.resources(self._calling, server, [_word(token) for token in arguments], turn)
                case offers.PROMPTS:
                    return await offers.prompts(self._calling, server, turn.line, arguments, turn)
                case _:
                    pass
        tool = self._directory.tool(server, name)
        if not isinstance(tool, Tool):
            return tool
        if len(arguments) == 1 and arguments[0].raw in ("--help", "-h"):
            return self._one_tool(server, tool, turn.asker)
        try:
            bound = bind(turn.line, arguments, tool.input_schema)
        except BadArguments as error:
            return _failed(
                say(*_capitalised(error.parts)),
                guide.usage(server, tool),
                say("All about it: ", Code(f"mcp help {server.name} {tool.name}")),
            )
        return await self._calling.call(server, tool, bound, turn)

    async def _next(self, turn: Turn) -> Answer:
        page = self._calling.pages.get(turn.asker)
        if page is None:
            return _failed(say("There is nothing to go on with: your last answer here was complete."))
        server = self._directory.server(page.server)
        if not isinstance(server, Server):
            return server
        tool = self._directory.tool(server, page.tool)
        return await self._calling.call(server, tool, page.arguments, turn) if isinstance(tool, Tool) else tool

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
        note = say(Code(f"mcp {server.name} {names[1]}"), " is short for ", Code(f"mcp {server.name} {expansion}"), ".")
        return Answer((note, *answer.blocks), failed=answer.failed)

    def _tools(self, server: Server, asker: Asker) -> Answer:
        return guide.tool_list(server, self._effects(server, asker))

    def _one_tool(self, server: Server, tool: Tool, asker: Asker) -> Answer:
        return guide.one_tool(server, tool, self._calling.decide(server, tool, asker))

    def _effects(self, server: Server, asker: Asker) -> dict[str, Effect]:
        return {name: self._calling.decide(server, tool, asker).effect for name, tool in server.tools.items()}

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
