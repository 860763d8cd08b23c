"""What an approver is asked: who asks for which call, and whose vote decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from ritsuko_bot.access.approval import Vote, counts
from ritsuko_bot.access.policy import Decision
from ritsuko_bot.calls.asker import Asker


@dataclass(frozen=True, slots=True)
class ApprovalRequest:
    """A call that needs an approval, with the arguments as the server would get them."""

    asker: Asker
    decision: Decision
    server: str
    tool: str
    arguments: Mapping[str, JsonValue]

    def decides(self, vote: Vote) -> bool:
        """Whether this vote settles the request."""
        return counts(vote, asker=self.asker.person, approvers=self.decision.approvers)


class RequestTooLong(Exception):
    """The arguments do not fit into one message, so an approver could not read all of them."""
