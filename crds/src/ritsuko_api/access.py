"""Who may call which tools: the shape shared by a RitsukoBot's `spec.access` and the `access` of `mcp.json`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, model_validator

from ritsuko_api.resource import SpecModel, rules

# A Zulip email address, or the numeric id of a Zulip user.
Person = Annotated[str, Field(max_length=254, pattern=r"^([0-9]+|[^\s@]+@[^\s@]+)$")]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Glob = Annotated[str, Field(max_length=128, pattern=r"^\S+$")]

_APPROVERS_NEED_APPROVAL = "`approvers` require `effect: RequireApproval`: set it, or remove `approvers`"


class Effect(StrEnum):
    """What happens to a call."""

    ALLOW = "Allow"
    DENY = "Deny"
    REQUIRE_APPROVAL = "RequireApproval"


class Role(StrEnum):
    """A person's role in the Zulip organisation."""

    OWNER = "Owner"
    ADMINISTRATOR = "Administrator"
    MODERATOR = "Moderator"
    MEMBER = "Member"
    GUEST = "Guest"


class Approvers(SpecModel):
    """Who may approve: anyone whom an entry names, but never the person who asked."""

    users: list[Person] = Field(
        default_factory=list, description="Users, by email address or numeric Zulip user ID.", max_length=100
    )
    roles: list[Role] = Field(default_factory=list[Role], description="Roles in the Zulip organisation.", max_length=5)
    groups: list[Name] = Field(default_factory=list, description="Zulip user groups, by name.", max_length=100)


class AccessRule(SpecModel):
    """Matches a call that fits every field given; within a field any one entry suffices."""

    model_config = rules(("!has(self.approvers) || self.effect == 'RequireApproval'", _APPROVERS_NEED_APPROVAL))

    users: list[Person] = Field(
        default_factory=list,
        description="The requester, by email address or numeric Zulip user ID; empty: anybody.",
        max_length=100,
    )
    roles: list[Role] = Field(
        default_factory=list[Role],
        description=(
            "Exact roles of the requester in the Zulip organisation (Member does not include Owner); empty: any role."
        ),
        max_length=5,
    )
    groups: list[Name] = Field(
        default_factory=list,
        description="Zulip user groups of the requester; empty: any or none.",
        max_length=100,
    )
    channels: list[Name] = Field(
        default_factory=list,
        description=(
            "Channels in which the call is made, by name. Empty: anywhere; otherwise the rule never matches "
            "direct messages."
        ),
        max_length=100,
    )
    servers: list[Glob] = Field(
        default_factory=list,
        description="The server, by name or glob, for example `prom*`; empty: any server.",
        max_length=100,
    )
    tools: list[Glob] = Field(
        default_factory=list,
        description="The tool, by name or glob, for example `get_*`; empty: any tool.",
        max_length=100,
    )
    effect: Effect = Field(
        description="Effect on the call. Allow: it runs, even if the tool changes something. Deny: it does not run. "
        "RequireApproval: it runs after somebody else approves it."
    )
    approvers: Approvers | None = Field(
        default=None,
        description="Who may approve. If omitted or empty: any Owner, Administrator or Moderator except the requester.",
    )

    @model_validator(mode="after")
    def _approvers_need_approval(self) -> AccessRule:
        if self.approvers is not None and self.effect is not Effect.REQUIRE_APPROVAL:
            raise ValueError(_APPROVERS_NEED_APPROVAL)
        return self


class Access(SpecModel):
    """Who may call which tools: the first rule that matches a call decides."""

    default_effect: Effect = Field(
        default=Effect.ALLOW,
        description="Effect on a call that no rule matches. Allow: read-only tools (readOnlyHint) run; any other tool "
        "needs an approval unless its server's tools.allow lists it. Deny: nothing runs. RequireApproval: "
        "every call needs an approval.",
    )
    rules: list[AccessRule] = Field(
        default_factory=list[AccessRule],
        description="The first matching rule decides. A server's tools.deny overrides all rules.",
        max_length=100,
    )
