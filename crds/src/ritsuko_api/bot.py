"""RitsukoBot: one bot in one Zulip organisation."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from ritsuko_api import embedded
from ritsuko_api.access import Access
from ritsuko_api.children import Monitoring, NetworkPolicy, PodDisruptionBudget, PodTemplate
from ritsuko_api.conditions import Condition
from ritsuko_api.mcp_sidecars import McpSidecars
from ritsuko_api.resource import Metadata, ObjectName, PullPolicy, SpecModel, StatusModel, rules
from ritsuko_api.runtime import RuntimeReport

KIND = "RitsukoBot"
PLURAL = "ritsukobots"

# The pod's own port for probes, metrics and status; no sidecar may take it.
HTTP_PORT = 8080

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR"]


class Image(SpecModel):
    """The bot's image. What is left out comes from the operator: its own registry and version."""

    repository: str | None = Field(
        default=None, description="Registry and name, for example ghcr.io/ritsuko-dev/ritsuko-bot.", min_length=1
    )
    tag: str | None = Field(default=None, description="The tag.", pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")
    digest: str | None = Field(
        default=None, description="The digest; it takes precedence over the tag.", pattern=r"^sha256:[0-9a-f]{64}$"
    )
    pull_policy: PullPolicy = Field(default="IfNotPresent", description="When the kubelet pulls the image.")


class SecretName(SpecModel):
    """A Secret in the bot's namespace."""

    name: ObjectName = Field(description="The Secret's name.")


class Zulip(SpecModel):
    "The Zulip organisation of the bot."

    site: str | None = Field(
        default=None,
        description="Address of the organisation, for example https://chat.example.com. By default the key "
        "ZULIP_SITE of the Secret.",
        pattern=r"^https?://[^\s/]+(/\S*)?$",
    )
    credentials_secret: SecretName = Field(
        description="A Secret with the keys ZULIP_EMAIL and ZULIP_API_KEY (and ZULIP_SITE, if `site` is not set)."
    )
    channels: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        default_factory=list,
        description="Channels in which the bot answers; empty: wherever it is mentioned. Direct messages always work.",
        max_length=200,
    )


class ServiceAccount(SpecModel):
    """The identity of the bot's pod."""

    model_config = rules(
        (
            "!has(self.create) || self.create || has(self.name)",
            "`create: false` requires `name`: set it to the ServiceAccount to use",
        )
    )

    create: bool = Field(default=True, description="False: use the existing ServiceAccount in `name`.")
    name: ObjectName | None = Field(default=None, description="Name of the ServiceAccount; by default the bot's name.")
    annotations: dict[str, str] = Field(
        default_factory=dict, description="Annotations of the created ServiceAccount, for example a cloud identity."
    )


class RbacScope(StrEnum):
    """How far the servers may read."""

    NONE = "None"
    NAMESPACE = "Namespace"
    CLUSTER = "Cluster"


class Rbac(SpecModel):
    "What the bot's pod may read from the Kubernetes API."

    scope: RbacScope = Field(
        default=RbacScope.NAMESPACE,
        description="What the kubernetes and logs servers may read: nothing, the bot's own namespace, or the cluster.",
    )
    impersonation: bool = Field(
        default=False,
        description="True: the kubernetes server reads as the requester (user `zulip:<email>`, group "
        "`zulip:role:<role>`), so that the cluster's RBAC decides what that person sees; the pods' "
        "ServiceAccount may impersonate users for it. Requires an operator installed with "
        "`manifests/overlays/impersonation`.",
    )


class RitsukoBotSpec(SpecModel):
    """What the bot should be."""

    image: Image = Field(default_factory=Image, description="The bot's image; by default the operator's own version.")
    image_pull_secrets: embedded.PullSecrets = Field(
        default_factory=list[embedded.JsonObject],
        description="Secrets for pulling the images of the bot and its sidecars.",
    )
    replicas: int = Field(
        default=1,
        ge=0,
        le=10,
        description="Number of pods. The one that holds the Lease answers; the others are hot standbys.",
    )
    suspend: bool = Field(default=False, description="True: no pod runs; nothing is deleted.")
    log_level: LogLevel = Field(default="INFO", description="The log level of the bot and its sidecars.")
    zulip: Zulip = Field(description="The Zulip organisation of the bot.")
    access: Access = Field(default_factory=Access, description="Who may call which tools; changes need no restart.")
    mcp_sidecars: McpSidecars = Field(default_factory=McpSidecars, description="The bot's MCP servers.")
    env: embedded.EnvVars = Field(
        default_factory=list[embedded.JsonObject], description="Additional environment variables of the bot."
    )
    env_from: embedded.EnvFrom = Field(
        default_factory=list[embedded.JsonObject], description="Additional environment sources of the bot."
    )
    resources: embedded.Resources | None = Field(default=None, description="CPU and memory of the bot's container.")
    volumes: embedded.Volumes = Field(
        default_factory=list[embedded.JsonObject], description="Additional volumes of the pod."
    )
    volume_mounts: embedded.VolumeMounts = Field(
        default_factory=list[embedded.JsonObject], description="Additional volume mounts of the bot's container."
    )
    pod_labels: dict[str, str] = Field(default_factory=dict, description="Additional labels of the pod.")
    pod_annotations: dict[str, str] = Field(default_factory=dict, description="Additional annotations of the pod.")
    node_selector: dict[str, str] = Field(default_factory=dict, description="Labels that the node must have.")
    tolerations: embedded.Tolerations = Field(
        default_factory=list[embedded.JsonObject], description="Taints that the pod tolerates."
    )
    affinity: embedded.Affinity | None = Field(
        default=None, description="Scheduling preferences and requirements of the pod."
    )
    topology_spread_constraints: embedded.TopologySpreadConstraints = Field(
        default_factory=list[embedded.JsonObject], description="How pods are spread across the cluster."
    )
    priority_class_name: str | None = Field(default=None, description="The pod's priority class.")
    pod_security_context: embedded.PodSecurityContext | None = Field(
        default=None, description="The pod's security context; it replaces the default one."
    )
    security_context: embedded.SecurityContext | None = Field(
        default=None, description="The security context of the bot's container; it replaces the default one."
    )
    service_account: ServiceAccount = Field(
        default_factory=ServiceAccount, description="The identity of the bot's pod."
    )
    rbac: Rbac = Field(default_factory=Rbac, description="What the bot's pod may read from the Kubernetes API.")
    network_policy: NetworkPolicy = Field(
        default_factory=NetworkPolicy, description="The NetworkPolicy of the bot's pods."
    )
    pod_disruption_budget: PodDisruptionBudget = Field(
        default_factory=PodDisruptionBudget, description="The PodDisruptionBudget of the bot's pods."
    )
    monitoring: Monitoring = Field(
        default_factory=Monitoring,
        description="Objects for the Prometheus operator. If its CRDs are not installed, the bot runs without them and "
        "its status names the missing one.",
    )
    pod_template: PodTemplate | None = Field(
        default=None,
        description="A strategic merge patch of the rendered pod template, for what no other field covers. Lists of "
        "containers, volumes and variables are merged by name; `null` removes a field.",
    )


class SidecarPhase(StrEnum):
    """Where a sidecar stands, in one word."""

    READY = "Ready"
    STARTING = "Starting"
    FAILED = "Failed"
    NOT_ACCEPTED = "NotAccepted"
    DISABLED = "Disabled"
    LEFT_OUT = "LeftOut"


class SidecarStatus(StatusModel):
    """One sidecar, in one line."""

    name: str = Field(description="The McpSidecar's name.")
    phase: SidecarPhase = Field(description="Current phase.")
    ready: bool = Field(description="True if its container runs and the bot completed the MCP handshake with it.")
    restarts: int = Field(default=0, description="Number of restarts of its container in the current pod.")
    tools: int = Field(default=0, description="Number of its tools that the bot offers.")
    message: str | None = Field(default=None, description="What is wrong and how to fix it.")
    generation: int | None = Field(default=None, description="Generation of the McpSidecar that failed to start.")
    attempts: int = Field(
        default=0,
        description="Number of consecutive failed starts of an optional sidecar that is left out or being retried.",
    )
    retry_time: str | None = Field(
        default=None,
        description="Time of the next retry while it is left out (phase LeftOut).",
        json_schema_extra={"format": "date-time"},
    )


class RitsukoBotStatus(StatusModel):
    """What the bot is."""

    observed_generation: int | None = Field(default=None, description="Generation of the spec that this describes.")
    replicas: int | None = Field(default=None, description="Number of existing pods.")
    ready_replicas: int | None = Field(default=None, description="Number of ready pods.")
    selector: str | None = Field(default=None, description="The label selector of the pods, for the scale subresource.")
    version: str | None = Field(
        default=None,
        description="Desired version of the bot's pods: the tag of the image, or the start of its digest.",
    )
    config_revision: str | None = Field(default=None, description="Desired revision of the mounted config.")
    sidecars_ready: str | None = Field(default=None, description="Number of ready sidecars, for example 2/3.")
    sidecars: list[SidecarStatus] = Field(
        default_factory=list[SidecarStatus],
        description="One entry per sidecar.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    conditions: list[Condition] = Field(
        default_factory=list[Condition],
        description="Ready, Reconciling and Stalled (kstatus), SidecarsReady, ConfigLoaded and ZulipConnected.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    runtime: RuntimeReport | None = Field(default=None, description="State reported by the bot itself.")


class RitsukoBot(StatusModel):
    """One bot in one Zulip organisation, with its MCP servers as containers of the same pod."""

    model_config = rules(
        (
            "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$')",
            "the bot's objects take its name: use at most 52 lower-case letters, digits and '-', starting with a "
            "letter",
        )
    )

    metadata: Metadata
    spec: RitsukoBotSpec
    status: RitsukoBotStatus = Field(default_factory=RitsukoBotStatus)
