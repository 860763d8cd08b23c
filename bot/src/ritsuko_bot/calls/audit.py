"""One line for every call: who asked what of which server, whether it was allowed, and how it ended.

The line goes to the logger `ritsuko_bot.audit` with the fields in the record's attribute `audit`.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import JsonValue

from ritsuko_api.identity import User
from ritsuko_bot.access.approval import Vote
from ritsuko_common.redaction.excerpt import excerpt

logger = logging.getLogger("ritsuko_bot.audit")


@dataclass(slots=True)
class Record:
    """What the line will say. Set the rest as it becomes known, then `write`.

    `decision` is the rule that decided, `effect` what it said, `vote` who approved or refused, `cached` the age of an
    answer that was kept, in seconds.
    """

    user: User
    where: str
    server: str
    tool: str
    arguments: Mapping[str, JsonValue]
    decision: str = ""
    effect: str = ""
    vote: Vote | None = None
    cached: float | None = None
    outcome: str = "cancelled"
    error: str = ""
    started: float = field(default_factory=time.monotonic)

    def write(self) -> None:
        """Writes the line. The duration is counted from the record's making."""
        fields: dict[str, JsonValue] = {
            "user_id": self.user.id,
            "user_email": self.user.email,
            "user_role": self.user.role,
            "where": self.where,
            "server": self.server,
            "tool": self.tool,
            "arguments": excerpt(dict(self.arguments)),
            "decision": self.decision,
            "effect": self.effect,
            "outcome": self.outcome,
            "seconds": round(time.monotonic() - self.started, 3),
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
