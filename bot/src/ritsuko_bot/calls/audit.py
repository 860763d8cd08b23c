"""One line for every call: who asked what of which server, whether it was allowed, and how it ended.

The line goes to the logger `ritsuko_bot.audit` with the fields in the record's attribute `audit`.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from ritsuko_api.identity import User
from ritsuko_bot.access.approval import Vote
from ritsuko_bot.access.policy import Decision
from ritsuko_common.redaction.excerpt import excerpt

logger = logging.getLogger("ritsuko_bot.audit")


@dataclass(slots=True)
class AuditEntry:
    """What the line says. Fields are set as they become known; `write` comes last.

    `rule` is the access rule that decided and `effect` its effect, `vote` who approved or rejected, `cached` the age
    in seconds of a result that came from the cache.
    """

    user: User
    where: str
    server: str
    tool: str
    arguments: Mapping[str, JsonValue]
    rule: str = ""
    effect: str = ""
    vote: Vote | None = None
    cached: float | None = None
    outcome: str = "cancelled"
    error: str = ""

    def decide(self, decision: Decision) -> None:
        """Sets the rule and its effect."""
        self.rule, self.effect = decision.rule, decision.effect.value

    def write(self, seconds: float) -> None:
        """Writes the line; the call took so many seconds."""
        fields: dict[str, JsonValue] = {
            "user_id": self.user.id,
            "user_email": self.user.email,
            "user_role": self.user.role,
            "where": self.where,
            "server": self.server,
            "tool": self.tool,
            "arguments": excerpt(dict(self.arguments)),
            "decision": self.rule,
            "effect": self.effect,
            "outcome": self.outcome,
            "seconds": round(seconds, 3),
        }
        if self.vote is not None:
            voter = self.vote.person.user
            fields["approved"] = self.vote.approved
            fields["approver_id"], fields["approver_email"] = voter.id, voter.email
        if self.cached is not None:
            fields["cached_seconds"] = round(self.cached, 1)
        if self.error:
            fields["error"] = excerpt(self.error)
        logger.info("%s %s: %s", self.server, self.tool, self.outcome, extra={"audit": fields})
