"""`mcp <server> resources [uri]` and `mcp <server> prompts [name [args...]]`.

The rules see them as calls of tools named `resources` and `prompts` that only read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcp_types import CallToolResult
from pydantic import JsonValue

from ritsuko_bot.answers.answer import Answer, Block, Code, Table, codes, say
from ritsuko_bot.answers.results import answer_of
from ritsuko_bot.calls.calling import Calling, Turn, asking
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.nearest import find, nearest
from ritsuko_bot.commands.tokens import Token
from ritsuko_bot.commands.usage import argument_words, usage
from ritsuko_bot.mcp import offers
from ritsuko_bot.mcp.call import Outcome
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.tools import Tool

RESOURCES, PROMPTS = "resources", "prompts"
_RESOURCES = Tool(RESOURCES, "", {}, read_only=True)
_PROMPTS = Tool(PROMPTS, "", {}, read_only=True)


async def resources(calling: Calling, server: Server, words: Sequence[str], turn: Turn) -> Answer:
    """Lists the resources, or reads one."""
    uri = " ".join(words)

    async def make(_: bool) -> Outcome:
        if not uri:
            return Outcome(await offers.resources(server))
        return Outcome(await offers.resource(server, uri, asking=asking(server.name, turn.dialogue)))

    def show(outcome: Outcome) -> Answer:
        result = outcome.result
        if not uri and result.structured_content == {"result": []}:
            return Answer((say(Code(server.name), " has no resources now."),))
        answer = answer_of(result, server=server.name, tool=RESOURCES)
        how = say("To read one: ", Code(f"mcp {server.name} resources <uri>"))
        return answer if uri else Answer((*answer.blocks, how), failed=answer.failed)

    arguments: dict[str, JsonValue] = {"uri": uri} if uri else {}
    return await calling.guarded(server, _RESOURCES, arguments, turn, make, show)


async def prompts(calling: Calling, server: Server, line: str, tokens: Sequence[Token], turn: Turn) -> Answer:
    """Lists the prompts, or shows one, filled in with arguments."""
    wanted = tokens[0].text or tokens[0].raw if tokens else ""
    instead: list[Answer] = []

    async def make(_: bool) -> Outcome:
        known = await offers.prompts(server)
        name = find(wanted, known)
        try:
            if name is None:
                instead.append(_list(server, known) if not wanted else _unknown(server, wanted, known))
                return Outcome(CallToolResult(content=[], is_error=bool(wanted)))
            given = {key: str(value) for key, value in bind(line, tokens[1:], known[name]).items()}
        except BadArguments as error:
            how = usage(server.name, f"prompts {name}", known[name or ""])
            instead.append(Answer((say(*error.parts), how), failed=True))
            return Outcome(CallToolResult(content=[], is_error=True))
        return Outcome(await offers.prompt(server, name, given, asking=asking(server.name, turn.dialogue)))

    def show(outcome: Outcome) -> Answer:
        return instead[0] if instead else answer_of(outcome.result, server=server.name, tool=PROMPTS)

    arguments: dict[str, JsonValue] = {"name": wanted, "arguments": line[tokens[0].end :].strip()} if wanted else {}
    return await calling.guarded(server, _PROMPTS, arguments, turn, make, show)


def _list(server: Server, known: dict[str, dict[str, Any]]) -> Answer:
    if not known:
        return Answer((say(Code(server.name), " has no prompts now."),))
    rows = tuple((name, " ".join(argument_words(schema)), str(schema["description"])) for name, schema in known.items())
    blocks: list[Block] = [Table(("prompt", "arguments", "what it is for"), rows, name=f"{server.name}-prompts")]
    blocks.append(say("To see one: ", Code(f"mcp {server.name} prompts {next(iter(known))}")))
    return Answer(tuple(blocks))


def _unknown(server: Server, wanted: str, known: dict[str, dict[str, Any]]) -> Answer:
    near = nearest(wanted, known)
    hint = [" Did you mean ", *codes(near), "?"] if near else []
    return Answer(
        (
            say(Code(server.name), " has no prompt ", Code(wanted), ".", *hint),
            say("All of them: ", Code(f"mcp {server.name} prompts")),
        ),
        failed=True,
    )
