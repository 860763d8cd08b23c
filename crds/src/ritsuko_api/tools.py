"""What a server's tools may be used for: the `tools` of a McpSidecar, and of a server's entry in `mcp.json`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from ritsuko_api.access import Glob
from ritsuko_api.resource import SpecModel, validations

# Words that stand after a server's name and are not a tool: `mcp <server> help`.
RESERVED_WORDS = ("help", "prompts", "resources")

_ALIAS_PATTERN = r"^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
_ALIAS_IS_A_WORD = "an alias must be one word of at most 63 lower-case letters, digits, '-' and '_', for example `pods`"
_ALIAS_IS_FREE = f"{', '.join(RESERVED_WORDS)} are commands of `mcp`: choose another alias"

Alias = Annotated[str, Field(pattern=_ALIAS_PATTERN)]
# A tool, and arguments that come before those that people type.
Expansion = Annotated[str, Field(max_length=1000, pattern=r"^\S([^\r\n]*\S)?$")]


class ToolsPolicy(SpecModel):
    """The allowed tools of a server, their aliases, timeouts and rate limits."""

    allow: list[str] | None = Field(
        default=None,
        description="The only tools that may be called, by name. A tool that changes something runs without an "
        "approval if it is listed here.",
        max_length=500,
    )
    deny: list[str] = Field(
        default_factory=list,
        description="Tools that may never be called; overrides `allow` and access rules.",
        max_length=500,
    )
    aliases: dict[Alias, Expansion] = Field(
        default_factory=dict,
        description="Aliases, each for a tool and its first arguments: with `pods: get pods`, `mcp kubernetes "
        "pods` runs `mcp kubernetes get pods`. Access is decided by the tool.",
        max_length=50,
        json_schema_extra=validations(
            (f"self.all(alias, alias.matches('{_ALIAS_PATTERN}'))", _ALIAS_IS_A_WORD),
            (f"self.all(alias, !(alias in {list(RESERVED_WORDS)}))", _ALIAS_IS_FREE),
        ),
    )
    require_approval: list[Glob] = Field(
        default_factory=list,
        description="Tools that run only after somebody else approves the call, by name or glob, for example "
        "`delete_*`; overrides `allow` and access rules.",
        max_length=100,
    )
    timeout_seconds: int = Field(default=30, ge=1, le=3600, description="Timeout of one call, in seconds.")
    cache_seconds: int = Field(
        default=0,
        ge=0,
        le=3600,
        description="For how many seconds the result of a read-only tool is reused for the same call; 0: never.",
    )
    max_concurrent_calls: int = Field(
        default=4, ge=1, le=100, description="Maximum number of concurrent calls; further calls wait."
    )
    calls_per_minute: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description=(
            "Maximum number of calls per minute, by all users together; further calls are put off. If omitted: "
            "no limit."
        ),
    )

    @field_validator("aliases")
    @classmethod
    def _aliases_are_free(cls, aliases: dict[str, str]) -> dict[str, str]:
        if any(alias in RESERVED_WORDS for alias in aliases):
            raise ValueError(_ALIAS_IS_FREE)
        return aliases
