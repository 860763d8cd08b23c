from __future__ import annotations

from typing import Any

import pytest

from ritsuko_api.access import Access, Approvers, Effect, Role
from ritsuko_api.config import ToolsPolicy
from ritsuko_api.identity import User
from ritsuko_bot.access.approval import Vote, counts, in_words
from ritsuko_bot.access.person import Person
from ritsuko_bot.access.policy import Decision, decide
from ritsuko_bot.mcp.tools import Tool

READS = Tool("get_pods", "", {}, read_only=True)
WRITES = Tool("delete", "", {})
ADA = Person(User("7", "ada@example.com", "member"), "Ada", frozenset({"SRE"}))
GRACE = Person(User("8", "grace@example.com", "moderator"), "Grace")


def ask(
    tool: Tool = READS,
    policy: ToolsPolicy | None = None,
    *rules: dict[str, Any],
    default: str = "Allow",
    server: str = "kubernetes",
    person: Person = ADA,
    channel: str | None = "ops",
) -> Decision:
    access = Access.model_validate({"defaultEffect": default, "rules": list(rules)})
    return decide(tool, policy or ToolsPolicy(), access, server=server, person=person, channel=channel)


@pytest.mark.parametrize(
    ("tool", "policy", "effect", "rule"),
    [
        (READS, {}, Effect.ALLOW, "read-only"),
        (WRITES, {}, Effect.REQUIRE_APPROVAL, "not read-only"),
        (WRITES, {"allow": ["delete"]}, Effect.ALLOW, "tools.allow"),
        (READS, {"allow": ["delete"]}, Effect.DENY, "tools.allow does not name it"),
        (READS, {"allow": []}, Effect.DENY, "tools.allow does not name it"),
        (READS, {"deny": ["get_pods"]}, Effect.DENY, "tools.deny"),
        (WRITES, {"allow": ["delete"], "deny": ["delete"]}, Effect.DENY, "tools.deny"),
        (WRITES, {"allow": ["delete"], "requireApproval": ["del*"]}, Effect.REQUIRE_APPROVAL, "tools.requireApproval"),
        (READS, {"requireApproval": ["del*"]}, Effect.ALLOW, "read-only"),
    ],
)
def test_the_servers_own_policy(tool: Tool, policy: dict[str, Any], effect: Effect, rule: str) -> None:
    decision = ask(tool, ToolsPolicy.model_validate(policy))
    assert (decision.effect, decision.rule) == (effect, rule)
    assert decision.allowed or (decision.reason and decision.advice)


@pytest.mark.parametrize(
    ("rule", "matches"),
    [
        ({}, True),
        ({"users": ["ADA@example.com"]}, True),
        ({"users": ["7"]}, True),
        ({"users": ["77", "a@example.com"]}, False),
        ({"roles": ["Member"]}, True),
        ({"roles": ["Owner", "Guest"]}, False),
        ({"groups": ["sre"]}, True),
        ({"groups": ["dev"]}, False),
        ({"channels": ["Ops"]}, True),
        ({"channels": ["general"]}, False),
        ({"servers": ["kube*"]}, True),
        ({"servers": ["prom*"]}, False),
        ({"tools": ["get_*"]}, True),
        ({"tools": ["*_nodes", "list"]}, False),
        ({"users": ["7"], "roles": ["Owner"]}, False),
        ({"users": ["7"], "tools": ["get_*"], "channels": ["ops"]}, True),
    ],
)
def test_a_rule_matches_when_each_of_its_fields_does(rule: dict[str, Any], matches: bool) -> None:
    decision = ask(READS, None, {**rule, "effect": "Deny"})
    assert decision.allowed is not matches
    assert decision.rule == ("access rule 1" if matches else "read-only")


def test_the_first_rule_that_matches_decides_and_is_named() -> None:
    rules = (
        {"tools": ["other"], "effect": "Deny"},
        {"groups": ["SRE"], "effect": "Allow"},
        {"effect": "Deny"},
    )
    assert ask(WRITES, None, *rules).rule == "access rule 2"
    assert ask(WRITES, None, *rules).allowed
    denied = ask(WRITES, None, *rules, person=GRACE)
    assert (denied.effect, denied.rule) == (Effect.DENY, "access rule 3")
    assert "access rule 3 says Deny" in denied.reason


def test_a_rule_for_a_channel_never_means_a_direct_message() -> None:
    assert ask(WRITES, None, {"channels": ["ops"], "effect": "Allow"}, channel=None).rule == "not read-only"


def test_a_denial_names_no_people() -> None:
    assert "ada" not in ask(READS, None, {"users": ["ada@example.com"], "effect": "Deny"}).reason


def test_the_default_effect_holds_where_no_rule_matches() -> None:
    assert ask(READS, default="Deny").effect is Effect.DENY
    assert ask(READS, default="RequireApproval").effect is Effect.REQUIRE_APPROVAL
    assert ask(WRITES, ToolsPolicy(allow=["delete"]), default="Deny").rule == "access.defaultEffect"


def test_no_rule_lifts_what_the_server_denies_or_wants_approved() -> None:
    everything = {"effect": "Allow"}
    assert ask(READS, ToolsPolicy(deny=["get_pods"]), everything).effect is Effect.DENY
    approval = ToolsPolicy.model_validate({"requireApproval": ["*"]})
    assert ask(READS, approval, everything).effect is Effect.REQUIRE_APPROVAL
    assert ask(READS, approval, {"effect": "Deny"}).effect is Effect.DENY


@pytest.mark.parametrize(
    ("person", "approved", "approvers", "decides"),
    [
        (GRACE, True, None, True),
        (GRACE, False, None, True),
        (GRACE, True, Approvers(), True),
        (GRACE, True, Approvers(roles=[Role.OWNER]), False),
        (GRACE, True, Approvers(users=["Grace@example.com"]), True),
        (GRACE, True, Approvers(users=["8"], roles=[Role.OWNER]), True),
        (Person(User("9", "", "member"), "Max"), True, None, False),
        (Person(User("9", "", "member"), "Max"), False, None, False),
        (Person(User("9", "", "member"), "Max", frozenset({"leads"})), True, Approvers(groups=["Leads"]), True),
        # Nobody approves what they ask for, whatever they are; but they may withdraw it.
        (ADA, True, Approvers(users=["7"]), False),
        (ADA, False, None, True),
    ],
)
def test_whose_vote_decides(person: Person, approved: bool, approvers: Approvers | None, decides: bool) -> None:
    assert counts(Vote(person, approved), asker=ADA, approvers=approvers) is decides


def test_the_approvers_in_words() -> None:
    assert in_words(None) == "an owner, an administrator or a moderator"
    assert in_words(Approvers(roles=[Role.OWNER], groups=["leads"], users=["a@b.c"])) == (
        "an owner, a member of leads or a@b.c"
    )
