"""May this tool be called? A pure decision, taken before the call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ritsuko_api.config import ToolsPolicy


class Rule(StrEnum):
    """Which rule decided. Shown to people and written to the audit log."""

    DENIED = "tools.deny"
    NAMED = "tools.allow"
    NOT_NAMED = "tools.allow does not name it"
    READ_ONLY = "read-only"
    NOT_READ_ONLY = "not read-only"


class Callee(Protocol):
    """What the policy needs to know of a tool."""

    @property
    def name(self) -> str: ...
    @property
    def read_only(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether the call may go ahead and which rule says so; where it may not, why, and where to change that."""

    allowed: bool
    rule: Rule
    reason: str = ""
    advice: str = ""


def decide(tool: Callee, policy: ToolsPolicy, *, server: str) -> Decision:
    """`tools.deny` beats `tools.allow`, which beats the default: what only reads may be called, nothing else.

    A tool that does not say that it is read-only counts as one that changes something.
    """
    where = f"of the server {server} (the McpSidecar's spec, or the entry in mcp.json)"
    if tool.name in policy.deny:
        return Decision(
            False,
            Rule.DENIED,
            f"{tool.name} is denied by tools.deny",
            f"Whoever runs this bot can take it off tools.deny {where}.",
        )
    if policy.allow is not None and tool.name not in policy.allow:
        return Decision(
            False,
            Rule.NOT_NAMED,
            f"{tool.name} is not named in tools.allow, and only what is named there may be called",
            f"Whoever runs this bot can add it to tools.allow {where}.",
        )
    if policy.allow is not None:
        return Decision(True, Rule.NAMED)
    if not tool.read_only:
        return Decision(
            False,
            Rule.NOT_READ_ONLY,
            f"{tool.name} does not say that it only reads, and by default only reading is allowed",
            f"Whoever runs this bot can name it in tools.allow {where}; then only the tools named there may be called.",
        )
    return Decision(True, Rule.READ_ONLY)
