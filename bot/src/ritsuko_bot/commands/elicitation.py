"""A question that a server asks during a call, put to the asker in words, and the reply as the server wants it."""

from __future__ import annotations

from typing import cast

from mcp_types import ElicitRequestParams, ElicitRequestURLParams, ElicitResult

from ritsuko_bot.answers.answer import Answer, Block, Code, Inline, Strong, Table, say
from ritsuko_bot.calls.dialogue import Dialogue
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.coerce import describe
from ritsuko_bot.commands.schema import Schema, parameters
from ritsuko_bot.commands.tokens import NotClosed, tokenize

ANSWER_WITHIN = 300.0
_ATTEMPTS = 3
_NO = {"cancel", "no", "stop", "abort", "decline"}
_YES = {"done", "ok", "okay", "yes", "y"}


async def answered(dialogue: Dialogue, server: str, params: ElicitRequestParams) -> ElicitResult:
    """Asks, again where the reply does not fit, and gives up after the third or after five minutes."""
    if isinstance(params, ElicitRequestURLParams):
        return await _address(dialogue, server, params)
    schema = cast("Schema", params.requested_schema)
    problem: list[Inline] = []
    for _ in range(_ATTEMPTS):
        reply = await dialogue.ask(question(server, params.message, schema, problem), within=ANSWER_WITHIN)
        if reply is None:
            return ElicitResult(action="cancel")
        if _is(reply, _NO) and not _wants(schema, reply):
            return ElicitResult(action="decline")
        if not parameters(schema):
            return ElicitResult(action="accept" if _is(reply, _YES) else "decline", content={})
        try:
            content = bind(reply, tokenize(reply), schema)
        except BadArguments as error:
            problem = list(error.parts)
        except NotClosed as error:
            problem = ["the quote in ", Code(error.opening), " is never closed."]
        else:
            return ElicitResult.model_validate({"action": "accept", "content": content})
    return ElicitResult(action="cancel")


def question(server: str, message: str, schema: Schema, problem: list[Inline]) -> Answer:
    """The question as the asker reads it."""
    blocks: list[Block] = [say(Strong("That does not fit:"), " ", *problem)] if problem else []
    blocks.append(say(Code(server), " asks: ", message))
    found = parameters(schema)
    if len(found) == 1:
        blocks.append(say("Reply with ", describe(found[0].alternatives, schema), ", or ", Code("cancel"), "."))
    elif found:
        rows = tuple(
            (p.name, describe(p.alternatives, schema), "yes" if p.required else "", p.description) for p in found
        )
        blocks.append(Table(("answer", "value", "needed", "meaning"), rows, name="question"))
        blocks.append(say("Reply with ", Code(f"{found[0].name}=…"), " and so on, or ", Code("cancel"), "."))
    else:
        blocks.append(say("Reply with ", Code("yes"), " or ", Code("no"), "."))
    blocks.append(say("Everybody here can read your reply: no passwords."))
    return Answer(tuple(blocks))


async def _address(dialogue: Dialogue, server: str, params: ElicitRequestURLParams) -> ElicitResult:
    asked = Answer(
        (
            say(Code(server), " asks: ", params.message),
            say("Open ", Code(params.url), " if you trust it, then reply ", Code("done"), " or ", Code("cancel"), "."),
        )
    )
    reply = await dialogue.ask(asked, within=ANSWER_WITHIN)
    if reply is None:
        return ElicitResult(action="cancel")
    return ElicitResult(action="accept" if _is(reply, _YES) else "decline")


def _is(reply: str, words: set[str]) -> bool:
    return reply.strip().casefold().rstrip(".!") in words


def _wants(schema: Schema, reply: str) -> bool:
    """Whether a word such as `no` is itself an answer: to a yes or no, or as one of the choices."""
    found = parameters(schema)
    return len(found) == 1 and (
        (found[0].is_flag and _is(reply, {"no"}))
        or any(reply.strip() in cast("list[object]", a.get("enum") or []) for a in found[0].alternatives)
    )
