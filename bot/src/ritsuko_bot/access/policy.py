"""Decides whether a person may call a tool in a place. Pure; it runs before the call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Protocol

from ritsuko_api.access import Access, AccessRule, Approvers, Effect, Role
from ritsuko_api.config import ToolsPolicy
from ritsuko_bot.access.person import Person


class Callee(Protocol):
    """What the policy needs to know about a tool."""

    @property
    def name(self) -> str: ...
    @property
    def read_only(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Decision:
    """What happens to a call, and which rule says so (`access rule 2` is the second of `access.rules`).

    `reason` and `advice` are for people, for a call that is not simply allowed. `approvers`: who may approve it, None
    for the default ones.
    """

    effect: Effect
    rule: str
    reason: str = ""
    advice: str = ""
    approvers: Approvers | None = None

    @property
    def allowed(self) -> bool:
        return self.effect is Effect.ALLOW


def decide(
    tool: Callee, policy: ToolsPolicy, access: Access, *, server: str, person: Person, channel: str | None
) -> Decision:
    """What happens when `person` calls `tool` of `server` in `channel` (None: not in a channel).

    `tools.deny` and `tools.allow` come first. Then the first access rule that matches decides, or the default if none
    does. `tools.requireApproval` makes a call that is allowed so far need an approval.
    """
    if (refusal := _refusal(tool, policy, server)) is not None:
        return refusal
    decision = _by_rules(tool, policy, access, server=server, person=person, channel=channel)
    if decision.effect is Effect.ALLOW and (glob := _matching(policy.require_approval, tool.name)) is not None:
        return Decision(
            Effect.REQUIRE_APPROVAL,
            "tools.requireApproval",
            f"{tool.name} matches {glob} in tools.requireApproval of {server}",
            f"The bot's operators can change tools.requireApproval {_place(server)}.",
        )
    return decision


def offered(tool: Callee, policy: ToolsPolicy) -> bool:
    """Whether the server's own policy lets anybody call the tool."""
    return tool.name not in policy.deny and (policy.allow is None or tool.name in policy.allow)


def is_among(person: Person, *, users: Sequence[str], roles: Sequence[Role], groups: Sequence[str]) -> bool:
    """Whether one of the entries matches this person."""
    return _is_user(person, users) or _has_role(person, roles) or _in_group(person, groups)


def _refusal(tool: Callee, policy: ToolsPolicy, server: str) -> Decision | None:
    if tool.name in policy.deny:
        return Decision(
            Effect.DENY,
            "tools.deny",
            f"{tool.name} is denied by tools.deny",
            f"The bot's operators can remove it from tools.deny {_place(server)}.",
        )
    if policy.allow is not None and tool.name not in policy.allow:
        return Decision(
            Effect.DENY,
            "tools.allow does not name it",
            f"tools.allow does not list {tool.name}, and only tools in that list may be called",
            f"The bot's operators can add it to tools.allow {_place(server)}.",
        )
    return None


def _by_rules(
    tool: Callee, policy: ToolsPolicy, access: Access, *, server: str, person: Person, channel: str | None
) -> Decision:
    for number, rule in enumerate(access.rules, 1):
        if _matches(rule, tool.name, server=server, person=person, channel=channel):
            name = f"access rule {number}"
            return Decision(
                rule.effect,
                name,
                f"{name} says {rule.effect.value} ({_summary(rule)})",
                "The bot's operators can change spec.access of its RitsukoBot.",
                rule.approvers,
            )
    if access.default_effect is not Effect.ALLOW:
        return Decision(
            access.default_effect,
            "access.defaultEffect",
            f"no access rule matches, and access.defaultEffect is {access.default_effect.value}",
            "The bot's operators can add a rule to spec.access of its RitsukoBot.",
        )
    if tool.read_only:
        return Decision(Effect.ALLOW, "read-only")
    if policy.allow is not None:
        return Decision(Effect.ALLOW, "tools.allow")
    return Decision(
        Effect.REQUIRE_APPROVAL,
        "not read-only",
        f"{tool.name} is not declared read-only",
        f"The bot's operators can add it to tools.allow {_place(server)}, or add a rule to spec.access of its "
        "RitsukoBot.",
    )


def _matches(rule: AccessRule, tool: str, *, server: str, person: Person, channel: str | None) -> bool:
    return (
        (not rule.users or _is_user(person, rule.users))
        and (not rule.roles or _has_role(person, rule.roles))
        and (not rule.groups or _in_group(person, rule.groups))
        and (not rule.channels or _in_channel(channel, rule.channels))
        and (not rule.servers or _matching(rule.servers, server) is not None)
        and (not rule.tools or _matching(rule.tools, tool) is not None)
    )


def _is_user(person: Person, users: Sequence[str]) -> bool:
    user = person.user
    return any(entry == user.id or (user.email and entry.casefold() == user.email.casefold()) for entry in users)


def _has_role(person: Person, roles: Sequence[Role]) -> bool:
    return any(role.value.casefold() == person.user.role.casefold() for role in roles)


def _in_group(person: Person, groups: Sequence[str]) -> bool:
    mine = {group.casefold() for group in person.groups}
    return any(group.casefold() in mine for group in groups)


def _in_channel(channel: str | None, channels: Sequence[str]) -> bool:
    return channel is not None and channel.casefold() in {name.casefold() for name in channels}


def _matching(globs: Sequence[str], name: str) -> str | None:
    return next((glob for glob in globs if fnmatchcase(name, glob)), None)


def _summary(rule: AccessRule) -> str:
    """What a rule matches, without naming people: everyone in the topic can read a denial."""
    parts = [
        f"{what} {', '.join(names)}"
        for what, names in (
            ("tools", rule.tools),
            ("servers", rule.servers),
            ("channels", rule.channels),
            ("groups", rule.groups),
            ("roles", [role.value for role in rule.roles]),
        )
        if names
    ]
    if rule.users:
        parts.append("certain people")
    return "; ".join(parts) or "all calls"


def _place(server: str) -> str:
    return f"of the server {server} (the McpSidecar's spec, or the entry in mcp.json)"
