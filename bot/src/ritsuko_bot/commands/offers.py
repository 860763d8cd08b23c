"""`mcp <server> resources [uri]` and `mcp <server> prompts [name [args...]]`.

The access rules see them as calls of read-only tools named `resources` and `prompts`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcp_types import CallToolResult
from pydantic import JsonValue

from ritsuko_bot.answers.answer import Answer, Block, Code, Table, codes, say
from ritsuko_bot.answers.calls import call_answer, with_origin
from ritsuko_bot.calls.calls import Calls, asking
from ritsuko_bot.calls.result import Completed
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.command import Command
from ritsuko_bot.commands.tokens import Token
from ritsuko_bot.commands.usage import argument_words, usage
from ritsuko_bot.mcp import offers
from ritsuko_bot.mcp.call import Outcome
from ritsuko_bot.mcp.errors import InvalidArguments
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.tools import Tool
from ritsuko_common.nearest import find, nearest

RESOURCES, PROMPTS = "resources", "prompts"
_RESOURCES = Tool(RESOURCES, "", {}, read_only=True)
_PROMPTS = Tool(PROMPTS, "", {}, read_only=True)


async def resources(calls: Calls, server: Server, words: Sequence[str], command: Command) -> Answer:
    """Lists the resources, or reads one."""
    uri = " ".join(words)

    async def send(_: bool) -> Outcome:
        if not uri:
            return Outcome(await offers.resources(server))
        return Outcome(await offers.resource(server, uri, asking=asking(server, command.caller)))

    arguments: dict[str, JsonValue] = {"uri": uri} if uri else {}
    result = await calls.request(server, _RESOURCES, arguments, command.caller, send)
    if isinstance(result, Completed) and not uri and result.result.structured_content == {"result": []}:
        return with_origin(Answer((say(Code(server.name), " has no resources now."),)), result)
    answer = call_answer(result, server=server.name, tool=RESOURCES, line=command.line)
    if uri or not isinstance(result, Completed):
        return answer
    how = say("To read one: ", Code(f"mcp {server.name} resources <uri>"))
    return Answer((*answer.blocks, how), failed=answer.failed)


async def prompts(calls: Calls, server: Server, tokens: Sequence[Token], command: Command) -> Answer:
    """Lists the prompts, or shows one, filled in with arguments."""
    name = tokens[0].text or tokens[0].raw if tokens else ""
    known: dict[str, dict[str, Any]] = {}
    mistake: Answer | None = None

    async def send(_: bool) -> Outcome:
        nonlocal mistake
        known.update(await offers.prompts(server))
        if not name:
            return Outcome(CallToolResult(content=[]))
        found = find(name, known)
        if found is None:
            mistake = _unknown(server, name, known)
            raise InvalidArguments(f"{server.name} has no prompt {name}")
        try:
            bound = bind(command.line, tokens[1:], known[found])
        except BadArguments as error:
            mistake = Answer((say(*error.parts), usage(server.name, f"prompts {found}", known[found])), failed=True)
            raise InvalidArguments(str(error)) from error
        given = {key: str(value) for key, value in bound.items()}
        return Outcome(await offers.prompt(server, found, given, asking=asking(server, command.caller)))

    arguments: dict[str, JsonValue] = (
        {"name": name, "arguments": command.line[tokens[0].end :].strip()} if tokens else {}
    )
    result = await calls.request(server, _PROMPTS, arguments, command.caller, send)
    if mistake is not None:
        return mistake
    if isinstance(result, Completed) and not name:
        return with_origin(_list(server, known), result)
    return call_answer(result, server=server.name, tool=PROMPTS, line=command.line)


def _list(server: Server, known: dict[str, dict[str, Any]]) -> Answer:
    if not known:
        return Answer((say(Code(server.name), " has no prompts now."),))
    rows = tuple((name, " ".join(argument_words(schema)), str(schema["description"])) for name, schema in known.items())
    blocks: list[Block] = [Table(("prompt", "arguments", "purpose"), rows, name=f"{server.name}-prompts")]
    blocks.append(say("To see one: ", Code(f"mcp {server.name} prompts {next(iter(known))}")))
    return Answer(tuple(blocks))


def _unknown(server: Server, name: str, known: dict[str, dict[str, Any]]) -> Answer:
    near = nearest(name, known)
    hint = [" Did you mean ", *codes(near), "?"] if near else []
    return Answer(
        (
            say(Code(server.name), " has no prompt ", Code(name), ".", *hint),
            say("All prompts: ", Code(f"mcp {server.name} prompts")),
        ),
        failed=True,
    )
