"""McpSidecar: one MCP server, run as a container of a bot's pod, or a remote one that the bot talks to."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from pydantic import Field
from pydantic.config import JsonDict

from ritsuko_api import embedded
from ritsuko_api.bot import HTTP_PORT
from ritsuko_api.conditions import Condition
from ritsuko_api.headers import HEADER_RULES, Header
from ritsuko_api.resource import Metadata, ObjectName, PullPolicy, SpecModel, StatusModel, rules, validations
from ritsuko_api.runtime import ServerInfo
from ritsuko_api.tools import ToolsPolicy

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
    "How the bot authenticates to the server."

    BEARER = "Bearer"
    NONE = "None"


def _without_default(schema: JsonDict) -> None:
    """No default in the schema: only so can a rule tell what was asked for from what nobody said."""
    schema.pop("default", None)


class Auth(SpecModel):
    "How the bot authenticates to the server."

    mode: AuthMode = Field(
        default=AuthMode.BEARER,
        description="Bearer (the default for a server with a container): a generated token, passed to the server as "
        "MCP_AUTH_TOKEN. None: no token.",
        json_schema_extra=_without_default,
    )


class Transport(StrEnum):
    """How the container speaks MCP."""

    STREAMABLE_HTTP = "StreamableHTTP"
    STDIO = "Stdio"


# What is about a container, and says nothing of a remote server.
OF_A_CONTAINER = (
    *("image", "imagePullPolicy", "command", "args", "workingDir", "env", "envFrom", "volumes", "volumeMounts"),
    *("resources", "securityContext", "lifecycle", "mountServiceAccountToken", "port", "portName"),
    *("livenessProbe", "readinessProbe", "startupProbe"),
)


class McpSidecarSpec(SpecModel):
    """What the server should be: one of ours (`server`), any `image`, or a remote one (`url`)."""

    model_config = rules(
        (
            "has(self.server) || has(self.image) || has(self.url)",
            "set `server` to one of our servers, or set `image`, or the `url` of a remote server",
        ),
        (
            "!has(self.url) || !has(self.server)",
            "a server with a `url` runs elsewhere: remove either `url` or `server`",
        ),
        (
            f"!has(self.url) || !({' || '.join(f'has(self.{name})' for name in OF_A_CONTAINER)})",
            f"a server with a `url` has no container: remove {', '.join(OF_A_CONTAINER)}",
        ),
        (
            "!has(self.url) || !has(self.path) || self.path == '/mcp'",
            "the `url` includes the path: put it there and remove `path`",
        ),
        (
            "!has(self.url) || !(has(self.probe) && self.probe == 'None')",
            "a server with a `url` has no container to probe: remove `probe`",
        ),
        (
            "!has(self.url) || !has(self.transport) || self.transport == 'StreamableHTTP'",
            "a server with a `url` is reached over streamable HTTP: remove `transport`",
        ),
        (
            "!has(self.url) || !has(self.native) || !self.native",
            "a server with a `url` has no container: remove `native`",
        ),
        (
            "!has(self.url) || !has(self.auth) || !has(self.auth.mode) || self.auth.mode == 'None'",
            "a remote server does not know the generated token: remove `auth`, and put its credentials into `headers`",
        ),
        (
            "!has(self.headers) || size(self.headers) == 0 || has(self.url)",
            "`headers` require a remote server: set `url`, or remove `headers`",
        ),
        (
            "has(self.url) || has(self.server) || !has(self.image) || has(self.port)",
            (
                "a custom `image` needs a `port`: the one it listens on, or with `transport: Stdio` the one of the "
                "bridge"
            ),
        ),
        (
            "!has(self.transport) || self.transport != 'Stdio' || !has(self.server)",
            "our own servers speak streamable HTTP: remove `transport`",
        ),
        (
            "!has(self.transport) || self.transport != 'Stdio' || (has(self.command) && size(self.command) > 0)",
            "`transport: Stdio` requires `command`, which the bridge starts: the image's entry point is not known",
        ),
        (
            f"!has(self.port) || self.port != {HTTP_PORT}",
            f"port {HTTP_PORT} is used by the bot itself: choose another `port`",
        ),
        (
            "!(has(self.probe) && self.probe == 'None') || "
            "!(has(self.livenessProbe) || has(self.readinessProbe) || has(self.startupProbe))",
            "`probe: None` disables all probes: remove it, or remove the probes",
        ),
    )

    bot_ref: BotRef | None = Field(
        default=None, description="The bot it belongs to; if omitted, a bot's mcpSidecars.selector can select it."
    )
    server: Preset | None = Field(
        default=None, description="One of our servers; it sets the image, port, probes and mounts."
    )
    url: str | None = Field(
        default=None,
        description="The MCP endpoint of a remote server, over streamable HTTP: it needs no container, and a change "
        "needs no restart. It is stored in a ConfigMap: put credentials into `headers`.",
        max_length=2000,
        pattern=r"^https?://[^\s/?#@]+([/?]\S*)?$",
    )
    headers: list[Header] = Field(
        default_factory=list[Header],
        description="Headers sent with every request to the `url`, each value from a Secret.",
        max_length=20,
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], **HEADER_RULES},
    )
    enabled: bool = Field(
        default=True, description="False: its container and its tools are removed; the resource stays."
    )
    optional: bool = Field(
        default=False,
        description="True: the bot can be Ready without it. If its container fails to start, it is left out of "
        "the pod, so that it does not block a rollout, and is retried at growing intervals.",
    )
    native: bool = Field(
        default=False,
        description="True: it runs as a Kubernetes native sidecar (an init container with restartPolicy Always): it "
        "starts and passes its startup probe before the bot's container starts, and stops after it.",
    )
    transport: Transport = Field(
        default=Transport.STREAMABLE_HTTP,
        description="How the container speaks MCP. Stdio: over standard input and output; the operator adds a bridge "
        "that starts `command`, serves it over HTTP at `port` and exits when it exits.",
    )
    image: str | None = Field(
        default=None,
        description="Any image that serves MCP over streamable HTTP, or over stdio with `transport: Stdio`. With "
        "`server`: replaces that server's image, for example with a mirror's.",
        min_length=1,
        max_length=1000,
    )
    image_pull_policy: PullPolicy | None = Field(default=None, description="When the kubelet pulls the image.")
    command: list[str] = Field(default_factory=list, description="Replaces the image's entry point.", max_length=100)
    args: list[str] = Field(default_factory=list, description="Arguments of the entry point.")
    working_dir: str | None = Field(default=None, description="The working directory.")
    env: embedded.EnvVars = Field(default_factory=list[embedded.JsonObject], description="Environment variables.")
    env_from: embedded.EnvFrom = Field(default_factory=list[embedded.JsonObject], description="Environment sources.")
    volumes: embedded.Volumes = Field(
        default_factory=list[embedded.JsonObject], description="Volumes that it adds to the pod."
    )
    volume_mounts: embedded.VolumeMounts = Field(
        default_factory=list[embedded.JsonObject], description="Volume mounts of its container."
    )
    resources: embedded.Resources | None = Field(
        default=None, description="CPU and memory; by default limits 200m and 256Mi, requests 100m and 128Mi."
    )
    security_context: embedded.SecurityContext | None = Field(
        default=None, description="The container's security context; it replaces the default one (restricted)."
    )
    lifecycle: embedded.Lifecycle | None = Field(
        default=None,
        description="Hooks after start and before stop; by default it is stopped some seconds after the bot, which may "
        "still call it (a `native` one always is).",
    )
    mount_service_account_token: bool | None = Field(
        default=None,
        description="Whether it may use the pod's ServiceAccount; by default only `kubernetes` and `logs` may.",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="The port that it listens on, passed to it as MCP_PORT; by default 8081 for `kubernetes`, 8082 for "
        "`prometheus`, 8083 for `logs`.",
    )
    port_name: str | None = Field(
        default=None,
        description="The port's name; by default `mcp-k8s`, `mcp-prom`, `mcp-logs` or `mcp-<port>`.",
        min_length=1,
        max_length=15,
        json_schema_extra=validations(
            (
                "self.matches('^([a-z0-9]+-)*[0-9]*[a-z][a-z0-9]*(-[a-z0-9]+)*$')",
                "a port name must consist of lower-case letters, at least one, and digits, with single '-' between "
                "them, for example mcp-9000",
            )
        ),
    )
    path: str = Field(default="/mcp", description="The path of its MCP endpoint.", pattern=r"^/\S*$")
    probe: Literal["Http", "None"] = Field(
        default="Http",
        description="Http: GET /health on its port, unless a probe below overrides it. None: no probes.",
    )
    liveness_probe: embedded.Probe | None = Field(default=None, description="Replaces the default liveness probe.")
    readiness_probe: embedded.Probe | None = Field(default=None, description="Replaces the default readiness probe.")
    startup_probe: embedded.Probe | None = Field(default=None, description="A startup probe; there is none by default.")
    auth: Auth = Field(default_factory=Auth, description="How the bot authenticates to the server.")
    tools: ToolsPolicy = Field(
        default_factory=ToolsPolicy,
        description="Allowed tools, aliases, timeouts and rate limits; changes need no restart.",
    )

    @property
    def remote(self) -> bool:
        """Whether it runs elsewhere: no container, no port, no token of ours."""
        return self.url is not None

    @property
    def with_token(self) -> bool:
        """Whether a token is generated for it."""
        return not self.remote and self.auth.mode is AuthMode.BEARER


class McpSidecarStatus(StatusModel):
    """What the server is."""

    observed_generation: int | None = Field(default=None, description="Generation of the spec that this describes.")
    bots: list[str] = Field(default_factory=list, description="Bots that use it.")
    bot_names: str | None = Field(default=None, description="The same in one line, for example `dev, ops`.")
    server_info: ServerInfo | None = Field(default=None, description="What the server reported about itself.")
    tools: list[str] = Field(default_factory=list, description="Names of its tools.")
    tool_count: int | None = Field(default=None, description="Number of tools.")
    tools_hash: str | None = Field(default=None, description="A hash of the tools' names, descriptions and schemas.")
    last_handshake_time: str | None = Field(
        default=None, description="Time of the last MCP handshake.", json_schema_extra={"format": "date-time"}
    )
    conditions: list[Condition] = Field(
        default_factory=list[Condition],
        description="Accepted (the reason says why not) and Ready.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )


class McpSidecar(StatusModel):
    """One MCP server that a bot can use: a container of the bot's own pod, reached over localhost, or a remote one."""

    model_config = rules(
        (
            "self.metadata.name.matches('^[a-z0-9]([-a-z0-9]{0,57}[a-z0-9])?$')",
            "the sidecar's container takes its name: use at most 59 lower-case letters, digits and '-'",
        ),
        (
            "!(self.metadata.name in ['list', 'help', 'status', 'next'])",
            "`list`, `help`, `status` and `next` are commands after `mcp`, as a sidecar's name is: choose another name",
        ),
    )

    metadata: Metadata
    spec: McpSidecarSpec
    status: McpSidecarStatus = Field(default_factory=McpSidecarStatus)
