"""A question that a server asks during a call: as the asker reads it, and their reply as the server expects it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import cast

from mcp_types import ElicitRequestFormParams, ElicitRequestParams, ElicitRequestURLParams, ElicitResult

from ritsuko_bot.answers.answer import Answer, Block, Code, Inline, Strong, Table, say
from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.coerce import describe
from ritsuko_bot.commands.schema import Schema, parameters
from ritsuko_bot.commands.tokens import NotClosed, tokenize
from ritsuko_common.redaction.redactor import redacted

_ATTEMPTS = 3
_NO = {"cancel", "no", "stop", "abort", "decline"}
_YES = {"done", "ok", "okay", "yes", "y"}

Ask = Callable[[Answer], Awaitable[str | None]]
"""Shows a question and returns the reply as it was typed; None if there was none."""


async def elicit(ask: Ask, server: str, question: ElicitRequestParams) -> ElicitResult:
    """The reply to a question of `server`. Asks again if a reply is invalid, three times at most."""
    if isinstance(question, ElicitRequestURLParams):
        return await _elicit_visit(ask, server, question)
    return await _elicit_form(ask, server, question)


async def _elicit_form(ask: Ask, server: str, question: ElicitRequestFormParams) -> ElicitResult:
    schema = cast("Schema", question.requested_schema)
    problem: Sequence[Inline] = ()
    for _ in range(_ATTEMPTS):
        reply = await ask(form_question(server, question.message, schema, problem))
        if reply is None:
            return ElicitResult(action="cancel")
        if _is(reply, _NO) and not _is_value(schema, reply):
            return ElicitResult(action="decline")
        if not parameters(schema):
            return ElicitResult(action="accept" if _is(reply, _YES) else "decline", content={})
        try:
            content = bind(reply, tokenize(reply), schema)
        except BadArguments as error:
            problem = error.parts
        except NotClosed as error:
            problem = ("the quote in ", Code(error.opening), " is not closed.")
        else:
            return ElicitResult.model_validate({"action": "accept", "content": content})
    return ElicitResult(action="cancel")


def form_question(server: str, message: str, schema: Schema, problem: Sequence[Inline]) -> Answer:
    """A question for values. `problem`: what was wrong with the reply before."""
    blocks: list[Block] = [say(Strong("Invalid reply:"), " ", *problem)] if problem else []
    blocks.append(say(Code(server), " asks: ", redacted(message)))
    found = parameters(schema)
    if len(found) == 1:
        blocks.append(say("Reply with ", describe(found[0].alternatives, schema), ", or ", Code("cancel"), "."))
    elif found:
        rows = tuple(
            (p.name, describe(p.alternatives, schema), "yes" if p.required else "", p.description) for p in found
        )
        blocks.append(Table(("field", "value", "required", "meaning"), rows, name="question"))
        blocks.append(say("Reply with ", Code(f"{found[0].name}=…"), " and so on, or ", Code("cancel"), "."))
    else:
        blocks.append(say("Reply with ", Code("yes"), " or ", Code("no"), "."))
    blocks.append(say("Everyone here can read your reply. Do not send passwords."))
    return Answer(tuple(blocks))


async def _elicit_visit(ask: Ask, server: str, question: ElicitRequestURLParams) -> ElicitResult:
    reply = await ask(
        Answer(
            (
                say(Code(server), " asks: ", redacted(question.message)),
                say(
                    "Open ", Code(question.url), " if you trust it, then reply ", Code("done"), " or ", Code("cancel"),
                    ".",
                ),
            )
        )
    )  # fmt: skip
    if reply is None:
        return ElicitResult(action="cancel")
    return ElicitResult(action="accept" if _is(reply, _YES) else "decline")


def _is(reply: str, words: set[str]) -> bool:
    return reply.strip().casefold().rstrip(".!") in words


def _is_value(schema: Schema, reply: str) -> bool:
    """Whether a word such as `no` is itself a value: for a yes-or-no field, or as one of the choices."""
    found = parameters(schema)
    return len(found) == 1 and (
        (found[0].is_flag and _is(reply, {"no"}))
        or any(reply.strip() in cast("list[object]", a.get("enum") or []) for a in found[0].alternatives)
    )
