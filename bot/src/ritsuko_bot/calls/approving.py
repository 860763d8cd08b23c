"""Asks in the conversation whether a call may go ahead."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import JsonValue

from ritsuko_bot.access.approval import APPROVAL_WITHIN, Vote, counts, in_words
from ritsuko_bot.access.policy import Decision
from ritsuko_bot.answers.answer import Answer, Block, Code, CodeBlock, Strong, say
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.dialogue import Dialogue

# Of the 10,000 characters that Zulip takes; the gateway adds a little of its own.
_ROOM = 9_000

NOWHERE = (
    "Approvals are given by a reaction in Zulip, and here is nobody to ask.",
    "Ask for it in a channel where an approver reads along.",
)

UNREADABLE = (
    "The arguments are too long to be shown whole, and nobody can approve what they cannot read.",
    "Ask for less at once.",
)


def readable(wanted: Answer) -> bool:
    """Whether an approver can read all of a request in the message itself."""
    return not render(wanted, _ROOM).attachments


async def approved(dialogue: Dialogue, asker: Asker, decision: Decision, wanted: Answer) -> Vote | None:
    """The vote that decides about a `request`; None when nobody voted in time."""

    def decides(vote: Vote) -> bool:
        return counts(vote, asker=asker.person, approvers=decision.approvers)

    return await dialogue.vote(wanted, decides, within=APPROVAL_WITHIN)


def request(asker: Asker, decision: Decision, name: str, arguments: Mapping[str, JsonValue]) -> Answer:
    """What the approver reads: who wants what, with every argument as the server would get it.

    `name` is `server tool`.
    """
    blocks: list[Block] = [
        say(Strong("Approval needed:"), " ", asker.name, " asks for ", Code(name), ", and ", decision.reason, ".")
    ]
    if arguments:
        text = json.dumps(dict(arguments), ensure_ascii=False, indent=2)
        blocks.append(CodeBlock(text, "json", f"{name.replace(' ', '-')}-arguments"))
    blocks.append(
        say(
            f"👍 lets it run, 👎 refuses it: that of {in_words(decision.approvers)} other than who asks, "
            f"within {APPROVAL_WITHIN / 60:g} minutes."
        )
    )
    return Answer(tuple(blocks))


def not_approved(vote: Vote | None, asker: Asker) -> Answer:
    """What came of a request that was not approved."""
    if vote is None:
        minutes = f"{APPROVAL_WITHIN / 60:g}"
        text = f"nobody who may approve this did so within {minutes} minutes. Ask again when somebody is there."
        return Answer((say(Strong("Not run:"), " ", text),), failed=True)
    who = "you withdrew it" if vote.person.user.id == asker.user.id else f"{vote.person.name} refused it"
    return Answer((say(Strong("Not run:"), f" {who}."),), failed=True)
