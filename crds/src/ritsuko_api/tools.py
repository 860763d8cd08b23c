"""What a server's tools may be used for: the `tools` of a McpSidecar, and of a server's entry in `mcp.json`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, field_validator

from ritsuko_api.access import Glob
from ritsuko_api.resource import SpecModel, validations

# Words that stand after a server's name and are no tool: `mcp <server> help`.
RESERVED_WORDS = ("help", "prompts", "resources")

_ALIAS_PATTERN = r"^[a-z0-9]([a-z0-9_-]{0,61}[a-z0-9])?$"
_ALIAS_IS_A_WORD = "an alias is one word of at most 63 lower-case letters, digits, '-' and '_', such as `pods`"
_ALIAS_IS_FREE = f"{', '.join(RESERVED_WORDS)} are words of the `mcp` command: choose another alias"

Alias = Annotated[str, Field(pattern=_ALIAS_PATTERN)]
# A tool, and arguments that come before those that people type.
Expansion = Annotated[str, Field(max_length=1000, pattern=r"^\S([^\r\n]*\S)?$")]


class ToolsPolicy(SpecModel):
    """Which tools of a server may be called, under which names, for how long and how often."""

    allow: list[str] | None = Field(
        default=None,
        description="Only these tools may be called, by name. One that changes something runs without an approval if "
        "it is named here.",
        max_length=500,
    )
    deny: list[str] = Field(
        default_factory=list,
        description="These tools may never be called, whatever `allow` or an access rule says.",
        max_length=500,
    )
    aliases: dict[Alias, Expansion] = Field(
        default_factory=dict,
        description="More names for tools, each for a tool and its first arguments: with `pods: get pods`, "
        "`mcp kubernetes pods` is `mcp kubernetes get pods`. What may be called is decided by the tool.",
        max_length=50,
        json_schema_extra=validations(
            (f"self.all(alias, alias.matches('{_ALIAS_PATTERN}'))", _ALIAS_IS_A_WORD),
            (f"self.all(alias, !(alias in {list(RESERVED_WORDS)}))", _ALIAS_IS_FREE),
        ),
    )
    require_approval: list[Glob] = Field(
        default_factory=list,
        description="Tools that run only once somebody else approves it, by name or glob such as `delete_*`, whatever "
        "`allow` or an access rule says.",
        max_length=100,
    )
    timeout_seconds: int = Field(default=30, ge=1, le=3600, description="The deadline of one call, in seconds.")
    cache_seconds: int = Field(
        default=0,
        ge=0,
        le=3600,
        description="For how many seconds the answer of a tool that says it only reads is given again for the same "
        "call; 0: never.",
    )
    max_concurrent_calls: int = Field(
        default=4, ge=1, le=100, description="More calls at once than this wait their turn."
    )
    calls_per_minute: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        description="More calls in a minute than this, by all people together, are put off; left out: no limit.",
    )

    @field_validator("aliases")
    @classmethod
    def _aliases_are_free(cls, aliases: dict[str, str]) -> dict[str, str]:
        if any(alias in RESERVED_WORDS for alias in aliases):
            raise ValueError(_ALIAS_IS_FREE)
        return aliases
