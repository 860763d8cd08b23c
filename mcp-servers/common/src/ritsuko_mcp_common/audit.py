"""One log line for every call: who asked what, and what came of it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field

from pydantic import JsonValue

logger = logging.getLogger("ritsuko.audit")


@dataclass(slots=True)
class Record:
    """A call as it unfolds; `write` logs it once it is over."""

    tool: str
    arguments: JsonValue
    user: str = "anonymous"
    outcome: str = "cancelled"
    error: str = ""
    seconds: float = 0.0
    bytes: int = 0
    redactions: dict[str, int] = field(default_factory=dict[str, int])
    truncated: bool = False

    def write(self) -> None:
        fields: dict[str, object] = {
            "event": "call",
            "tool": self.tool,
            "user": self.user,
            "arguments": self.arguments,
            "outcome": self.outcome,
            "duration_ms": round(self.seconds * 1000, 1),
            "bytes": self.bytes,
            "truncated": self.truncated,
        }
        if self.redactions:
            fields["redactions"] = self.redactions
        if self.error:
            fields["error"] = self.error
        logger.info("%s %s", self.tool, self.outcome, extra=fields)
