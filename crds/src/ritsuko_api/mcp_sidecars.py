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
        description="Labels that a McpSidecar must have, all of them.", min_length=1, max_length=20
    )


class Tokens(SpecModel):
    "Tokens that authenticate the bot to its sidecars, one per sidecar."

    max_age: str | None = Field(
        default=None,
        description="Maximum age of a token, for example 720h; then a new one is generated and the pods are replaced "
        "without losing a call. If omitted, tokens stay until the annotation ritsuko.dev/rotate-tokens of "
        "the bot changes.",
        min_length=2,
        max_length=21,
        pattern=DURATION_PATTERN,
        json_schema_extra=validations(
            ("duration(self) >= duration('10m')", "every rotation replaces the pods: use at least 10m")
        ),
    )

    @property
    def max_age_seconds(self) -> int | None:
        return None if self.max_age is None else seconds(self.max_age)


class McpSidecars(SpecModel):
    """The bot's MCP servers."""

    enabled: bool = Field(
        default=True, description="False: the bot runs without sidecars and says that MCP is disabled."
    )
    selector: LabelSelector | None = Field(
        default=None,
        description="A McpSidecar belongs to the bot if its botRef names it, or if its labels match this selector.",
    )
    defaults: SidecarDefaults = Field(
        default_factory=SidecarDefaults,
        description="Defaults for every sidecar; fields of the McpSidecar take precedence.",
    )
    tokens: Tokens = Field(
        default_factory=Tokens, description="Tokens that authenticate the bot to its sidecars, one per sidecar."
    )
