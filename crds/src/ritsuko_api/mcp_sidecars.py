"""What a RitsukoBot says of its MCP servers as a whole: which are its own, and what they all get."""

from __future__ import annotations

from pydantic import Field

from ritsuko_api import embedded
from ritsuko_api.resource import DURATION_PATTERN, PullPolicy, SpecModel, seconds, validations


class SidecarDefaults(SpecModel):
    """What every sidecar's container gets unless its own resource says otherwise."""

    resources: embedded.Resources | None = Field(default=None, description="CPU and memory.")
    image_pull_policy: PullPolicy | None = Field(default=None, description="When the kubelet pulls the images.")
    security_context: embedded.SecurityContext | None = Field(default=None, description="The security context.")
    env: embedded.EnvVars = Field(default_factory=list[embedded.JsonObject], description="Environment variables.")


class LabelSelector(SpecModel):
    """Which McpSidecars belong to this bot by their labels."""

    match_labels: dict[str, str] = Field(
        description="Labels that a McpSidecar must all have.", min_length=1, max_length=20
    )


class Tokens(SpecModel):
    """The tokens by which the bot proves itself to its sidecars, one for each."""

    max_age: str | None = Field(
        default=None,
        description="How old a token may become, such as 720h; then a new one is made, and the pods turn over to it "
        "without losing a call. Left out: tokens stay until the annotation ritsuko.dev/rotate-tokens of the bot gets "
        "a new value.",
        min_length=2,
        max_length=21,
        pattern=DURATION_PATTERN,
        json_schema_extra=validations(
            ("duration(self) >= duration('10m')", "every rotation turns the pods over: give at least 10m")
        ),
    )

    @property
    def max_age_seconds(self) -> int | None:
        return None if self.max_age is None else seconds(self.max_age)


class McpSidecars(SpecModel):
    """The bot's MCP servers."""

    enabled: bool = Field(
        default=True, description="False: a plain bot without any sidecar, which says that MCP is switched off."
    )
    selector: LabelSelector | None = Field(
        default=None, description="A McpSidecar belongs to the bot if its botRef names it, or if it matches here."
    )
    defaults: SidecarDefaults = Field(
        default_factory=SidecarDefaults, description="What every sidecar gets unless its own resource says otherwise."
    )
    tokens: Tokens = Field(
        default_factory=Tokens, description="The tokens by which the bot proves itself to its sidecars, one for each."
    )
