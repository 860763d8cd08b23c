"""The message that asks for an approval."""

from __future__ import annotations

import json

from ritsuko_bot.access.approval import APPROVAL_WITHIN, in_words
from ritsuko_bot.answers.answer import Answer, Block, Code, CodeBlock, Strong, say
from ritsuko_bot.calls.approval import ApprovalRequest


def approval_message(request: ApprovalRequest) -> Answer:
    """The requester, the call and why it needs an approval, with every argument as the server would get it."""
    name = f"{request.server} {request.tool}"
    asker, decision = request.asker.person, request.decision
    blocks: list[Block] = [
        say(Strong("Approval needed:"), " ", asker.name, " asks for ", Code(name), ", and ", decision.reason, ".")
    ]
    if request.arguments:
        text = json.dumps(dict(request.arguments), ensure_ascii=False, indent=2)
        blocks.append(CodeBlock(text, "json", f"{request.server}-{request.tool}-arguments"))
    blocks.append(
        say(
            f"React 👍 to approve or 👎 to reject ({in_words(decision.approvers)}, but not the requester) "
            f"within {APPROVAL_WITHIN / 60:g} minutes."
        )
    )
    return Answer(tuple(blocks))
