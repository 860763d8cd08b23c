from __future__ import annotations

import pytest

from ritsuko_api.config import ToolsPolicy
from ritsuko_bot.access.policy import Rule, decide
from ritsuko_bot.mcp.tools import Tool

READS = Tool("get", "", {}, read_only=True)
WRITES = Tool("delete", "", {})


@pytest.mark.parametrize(
    ("tool", "policy", "allowed", "rule"),
    [
        (READS, ToolsPolicy(), True, Rule.READ_ONLY),
        (WRITES, ToolsPolicy(), False, Rule.NOT_READ_ONLY),
        (WRITES, ToolsPolicy(allow=["delete"]), True, Rule.NAMED),
        (READS, ToolsPolicy(allow=["get"]), True, Rule.NAMED),
        (READS, ToolsPolicy(allow=["delete"]), False, Rule.NOT_NAMED),
        (READS, ToolsPolicy(allow=[]), False, Rule.NOT_NAMED),
        (READS, ToolsPolicy(deny=["get"]), False, Rule.DENIED),
        (WRITES, ToolsPolicy(allow=["delete"], deny=["delete"]), False, Rule.DENIED),
    ],
)
def test_deny_beats_allow_beats_read_only(tool: Tool, policy: ToolsPolicy, allowed: bool, rule: Rule) -> None:
    decision = decide(tool, policy, server="kubernetes")
    assert (decision.allowed, decision.rule) == (allowed, rule)
    if not allowed:
        assert tool.name in decision.reason
        assert rule is Rule.NOT_READ_ONLY or "tools." in decision.reason
        assert "the server kubernetes" in decision.advice
