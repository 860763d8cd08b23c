"""McpSidecar: one MCP server, run as a container of a bot's pod."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field

from ritsuko_api import embedded
from ritsuko_api.bot import HTTP_PORT, ObjectName, PullPolicy, rules
from ritsuko_api.conditions import Condition
from ritsuko_api.config import ToolsPolicy
from ritsuko_api.resource import Metadata, SpecModel, StatusModel
from ritsuko_api.runtime import ServerInfo

KIND = "McpSidecar"
PLURAL = "mcpsidecars"


class Preset(StrEnum):
    """The servers that come with Ritsuko."""

    KUBERNETES = "kubernetes"
    PROMETHEUS = "prometheus"
    LOGS = "logs"


class BotRef(SpecModel):
    """The bot that this server belongs to, in the same namespace."""

    name: ObjectName = Field(description="The RitsukoBot's name.")


class AuthMode(StrEnum):
    """How the bot proves itself to the server."""

    BEARER = "Bearer"
    NONE = "None"


class Auth(SpecModel):
    """How the bot proves itself to the server."""

    mode: AuthMode = Field(
        default=AuthMode.BEARER,
        description="Bearer: a generated token, given to the server as MCP_AUTH_TOKEN. None: no token.",
    )


class McpSidecarSpec(SpecModel):
    """What the server should be."""

    model_config = rules(
        ("has(self.server) || has(self.image)", "name one of our servers in `server`, or give an `image`"),
        ("has(self.server) || has(self.port)", "an `image` of your own needs the `port` that it listens on"),
        (
            f"!has(self.port) || self.port != {HTTP_PORT}",
            f"port {HTTP_PORT} is the bot's own in that pod: choose another `port`",
        ),
        (
            "!(has(self.probe) && self.probe == 'None') || "
            "!(has(self.livenessProbe) || has(self.readinessProbe) || has(self.startupProbe))",
            "`probe: None` switches all probes off: leave out either it or the probes",
        ),
    )

    bot_ref: BotRef | None = Field(
        default=None, description="The bot it belongs to; left out, a bot's mcpSidecars.selector can take it."
    )
    server: Preset | None = Field(
        default=None, description="One of our servers: its image, port, probes and mounts come with it."
    )
    enabled: bool = Field(default=True, description="False: its container and its tools go, the resource stays.")
    image: str | None = Field(default=None, description="Any image that serves MCP over streamable HTTP.", min_length=1)
    image_pull_policy: PullPolicy | None = Field(default=None, description="When the kubelet pulls the image.")
    command: list[str] = Field(default_factory=list, description="Instead of the image's entry point.")
    args: list[str] = Field(default_factory=list, description="Arguments of the entry point.")
    working_dir: str | None = Field(default=None, description="The working directory.")
    env: embedded.EnvVars = Field(default_factory=list[embedded.JsonObject], description="Environment variables.")
    env_from: embedded.EnvFrom = Field(default_factory=list[embedded.JsonObject], description="Environment sources.")
    volumes: embedded.Volumes = Field(
        default_factory=list[embedded.JsonObject], description="Volumes that it brings to the pod."
    )
    volume_mounts: embedded.VolumeMounts = Field(
        default_factory=list[embedded.JsonObject], description="Mounts of its container."
    )
    resources: embedded.Resources | None = Field(
        default=None, description="CPU and memory; by default limits 200m and 256Mi, requests 100m and 128Mi."
    )
    security_context: embedded.SecurityContext | None = Field(
        default=None, description="The container's security context; it replaces the default one (restricted)."
    )
    lifecycle: embedded.Lifecycle | None = Field(default=None, description="Hooks after start and before stop.")
    mount_service_account_token: bool | None = Field(
        default=None,
        description="Whether it may use the pod's ServiceAccount; by default only `kubernetes` and `logs` may.",
    )
    port: int | None = Field(default=None, ge=1, le=65535, description="The port that it listens on.")
    port_name: str | None = Field(
        default=None,
        description="The port's name; by default mcp-k8s, mcp-prom, mcp-logs or mcp-<port>.",
        pattern=r"^[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$",
    )
    path: str = Field(default="/mcp", description="The path of its MCP endpoint.", pattern=r"^/\S*$")
    probe: Literal["Http", "None"] = Field(
        default="Http",
        description="Http: GET /health on its port, unless a probe below says otherwise. None: no probes.",
    )
    liveness_probe: embedded.Probe | None = Field(default=None, description="Instead of the default liveness probe.")
    readiness_probe: embedded.Probe | None = Field(default=None, description="Instead of the default readiness probe.")
    startup_probe: embedded.Probe | None = Field(default=None, description="A startup probe; there is none by default.")
    auth: Auth = Field(default_factory=Auth, description="How the bot proves itself to the server.")
    tools: ToolsPolicy = Field(
        default_factory=ToolsPolicy, description="Which tools may be called and for how long; changes need no restart."
    )


class McpSidecarStatus(StatusModel):
    """What the server is."""

    observed_generation: int | None = Field(default=None, description="The generation of the spec that this speaks of.")
    bots: list[str] = Field(default_factory=list, description="The bots that run it.")
    server_info: ServerInfo | None = Field(default=None, description="What the server said of itself.")
    tools: list[str] = Field(default_factory=list, description="The names of its tools.")
    tools_hash: str | None = Field(default=None, description="A hash of the tools' names, descriptions and schemas.")
    last_handshake_time: str | None = Field(
        default=None, description="Since when the handshake stands.", json_schema_extra={"format": "date-time"}
    )
    conditions: list[Condition] = Field(
        default_factory=list[Condition],
        description="Accepted (the reason says why not) and Ready.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )


class McpSidecar(StatusModel):
    """One MCP server that a bot can use, run as a container of the bot's own pod and reached over localhost."""

    model_config = rules(
        (
            "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,57}[a-z0-9])?$')",
            "the sidecar's name becomes its container's: at most 59 lower-case letters, digits and '-'",
        ),
        (
            "!(self.metadata.name in ['list', 'help', 'status', 'next'])",
            "people type the sidecar's name after `mcp`, where `list`, `help`, `status` and `next` are commands: "
            "choose another name",
        ),
    )

    metadata: Metadata
    spec: McpSidecarSpec
    status: McpSidecarStatus = Field(default_factory=McpSidecarStatus)
