"""How a call ended, as an answer."""

from __future__ import annotations

from ritsuko_bot.access.approval import APPROVAL_WITHIN
from ritsuko_bot.answers.answer import Answer, Block, Code, Strong, say
from ritsuko_bot.answers.redaction import redacted_result
from ritsuko_bot.answers.results import tool_result
from ritsuko_bot.calls.result import (
    CallResult,
    Completed,
    Denied,
    Failed,
    Interrupted,
    NoApproval,
    NotApproved,
    TooLate,
)
from ritsuko_common.redaction.redactor import redacted


def call_answer(result: CallResult, *, server: str, tool: str, line: str) -> Answer:
    """The answer to `line`, the command that made the call."""
    match result:
        case Completed():
            shown = tool_result(
                redacted_result(result.result), server=server, tool=tool, continues=result.page is not None
            )
            return with_origin(shown, result)
        case Denied(decision):
            return _failed(say(Strong("Not allowed:"), " ", decision.reason, "."), say(decision.advice))
        case NotApproved():
            return _not_approved(result)
        case Interrupted():
            return _failed(
                say("I was restarted while running this and don't know how far it got: ", Code(line), "."),
                say(
                    "It may change something, so I did not run it again. ",
                    "Check the current state, then run it again if needed.",
                ),
            )
        case TooLate():
            return _failed(
                say("You sent this while I was offline: ", Code(line), "."),
                say("It may change something, so I did not run it. Send it again if you still want it."),
            )
        case Failed(error):
            text = redacted(str(error))
            sentence = text if text.endswith((".", "!", "?")) else f"{text}."
            return _failed(say(sentence), *([say(error.advice)] if error.advice else []))


def with_origin(answer: Answer, result: Completed) -> Answer:
    """The answer with notes about its result: its age if it is cached, and who approved the call."""
    notes: list[Block] = []
    if result.age is not None:
        notes.append(say(f"From the cache, {result.age:.0f} s old."))
    if result.approved_by is not None:
        notes.append(say("Approved by ", result.approved_by.name, "."))
    return Answer((*answer.blocks, *notes), failed=answer.failed)


def _not_approved(result: NotApproved) -> Answer:
    match result.cause:
        case NoApproval.NOBODY_TO_ASK:
            return _failed(
                say(
                    Strong("Not allowed without an approval:"), " ", result.decision.reason,
                    ". Approvals need a Zulip conversation; there is nobody to ask here.",
                ),
                say("Run it in a channel that an approver follows. ", result.decision.advice),
            )  # fmt: skip
        case NoApproval.TOO_LONG:
            return _failed(
                say("The arguments are too long for one message, so an approver could not read all of them."),
                say("Use shorter arguments, or split the command into several."),
            )
        case NoApproval.EXPIRED:
            minutes = f"{APPROVAL_WITHIN / 60:g}"
            text = f"no approver reacted within {minutes} minutes. Run it again when an approver is available."
            return _failed(say(Strong("Not run:"), " ", text))
        case NoApproval.REJECTED:
            who = result.by.name if result.by is not None else "an approver"
            return _failed(say(Strong("Not run:"), f" {who} rejected it."))
        case NoApproval.WITHDRAWN:
            return _failed(say(Strong("Not run:"), " you withdrew it."))


def _failed(*blocks: Block) -> Answer:
    return Answer(blocks, failed=True)
