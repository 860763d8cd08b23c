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
        default=None, description="Registry and name, such as ghcr.io/ritsuko-dev/ritsuko-bot.", min_length=1
    )
    tag: str | None = Field(default=None, description="The tag.", pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$")
    digest: str | None = Field(
        default=None, description="The digest; it wins over the tag.", pattern=r"^sha256:[0-9a-f]{64}$"
    )
    pull_policy: PullPolicy = Field(default="IfNotPresent", description="When the kubelet pulls the image.")


class SecretName(SpecModel):
    """A Secret in the bot's namespace."""

    name: ObjectName = Field(description="The Secret's name.")


class Zulip(SpecModel):
    """The organisation that the bot lives in."""

    site: str | None = Field(
        default=None,
        description="The organisation's address, such as https://chat.example.com. "
        "Left out: the key ZULIP_SITE of the Secret.",
        pattern=r"^https?://[^\s/]+(/\S*)?$",
    )
    credentials_secret: SecretName = Field(
        description="A Secret with the keys ZULIP_EMAIL and ZULIP_API_KEY (and ZULIP_SITE, if `site` is left out)."
    )
    channels: list[Annotated[str, Field(min_length=1, max_length=60)]] = Field(
        default_factory=list,
        description="The channels in which it answers; empty: wherever it is mentioned. Direct messages always work.",
        max_length=200,
    )


class ServiceAccount(SpecModel):
    """The identity of the bot's pod."""

    model_config = rules(
        (
            "!has(self.create) || self.create || has(self.name)",
            "with `create: false`, name the ServiceAccount to use in `name`",
        )
    )

    create: bool = Field(default=True, description="False: use the existing ServiceAccount in `name`.")
    name: ObjectName | None = Field(default=None, description="Left out: the bot's own name.")
    annotations: dict[str, str] = Field(
        default_factory=dict, description="Annotations of the created ServiceAccount, such as a cloud identity."
    )


class RbacScope(StrEnum):
    """How far the servers may read."""

    NONE = "None"
    NAMESPACE = "Namespace"
    CLUSTER = "Cluster"


class Rbac(SpecModel):
    """What the bot's pod may read of the cluster."""

    scope: RbacScope = Field(
        default=RbacScope.NAMESPACE,
        description="What the kubernetes and logs servers may read: nothing, the bot's own namespace, or the cluster.",
    )
    impersonation: bool = Field(
        default=False,
        description="True: the kubernetes server reads as the person who asks (user `zulip:<email>`, group "
        "`zulip:role:<role>`), so that the cluster's own RBAC decides what that person sees; the pods' ServiceAccount "
        "may impersonate users for it. Needs an operator that is installed with `manifests/overlays/impersonation`.",
    )


class RitsukoBotSpec(SpecModel):
    """What the bot should be."""

    image: Image = Field(default_factory=Image, description="The bot's image; by default the operator's own version.")
    image_pull_secrets: embedded.PullSecrets = Field(
        default_factory=list[embedded.JsonObject],
        description="Secrets for pulling the images of the bot and its sidecars.",
    )
    replicas: int = Field(
        default=1, ge=0, le=10, description="Pods. One of them answers, the holder of the Lease; the others stand by."
    )
    suspend: bool = Field(default=False, description="True: no pod runs, and nothing is deleted.")
    log_level: LogLevel = Field(default="INFO", description="The log level of the bot and its sidecars.")
    zulip: Zulip = Field(description="The organisation that the bot lives in.")
    access: Access = Field(default_factory=Access, description="Who may call which tools; changes need no restart.")
    mcp_sidecars: McpSidecars = Field(default_factory=McpSidecars, description="The bot's MCP servers.")
    env: embedded.EnvVars = Field(
        default_factory=list[embedded.JsonObject], description="More environment variables for the bot."
    )
    env_from: embedded.EnvFrom = Field(
        default_factory=list[embedded.JsonObject], description="More environment sources for the bot."
    )
    resources: embedded.Resources | None = Field(default=None, description="CPU and memory of the bot's container.")
    volumes: embedded.Volumes = Field(default_factory=list[embedded.JsonObject], description="More volumes of the pod.")
    volume_mounts: embedded.VolumeMounts = Field(
        default_factory=list[embedded.JsonObject], description="More mounts of the bot's container."
    )
    pod_labels: dict[str, str] = Field(default_factory=dict, description="More labels of the pod.")
    pod_annotations: dict[str, str] = Field(default_factory=dict, description="More annotations of the pod.")
    node_selector: dict[str, str] = Field(default_factory=dict, description="Labels that the node must have.")
    tolerations: embedded.Tolerations = Field(
        default_factory=list[embedded.JsonObject], description="Taints that the pod tolerates."
    )
    affinity: embedded.Affinity | None = Field(default=None, description="Where the pod prefers or needs to run.")
    topology_spread_constraints: embedded.TopologySpreadConstraints = Field(
        default_factory=list[embedded.JsonObject], description="How several pods spread over the cluster."
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
    rbac: Rbac = Field(default_factory=Rbac, description="What the bot's pod may read of the cluster.")
    network_policy: NetworkPolicy = Field(
        default_factory=NetworkPolicy, description="The NetworkPolicy of the bot's pods."
    )
    pod_disruption_budget: PodDisruptionBudget = Field(
        default_factory=PodDisruptionBudget, description="The PodDisruptionBudget of the bot's pods."
    )
    monitoring: Monitoring = Field(
        default_factory=Monitoring,
        description="Objects for the Prometheus operator. Where its CRDs are not installed, the bot runs without, and "
        "its status says which is missing.",
    )
    pod_template: PodTemplate | None = Field(
        default=None,
        description="For what no other field can say: a strategic merge patch over the pod template that all other "
        "fields make. Lists of containers, volumes and variables are merged by name; `null` takes a field away.",
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
    phase: SidecarPhase = Field(description="Where it stands.")
    ready: bool = Field(description="True when its container runs and the bot completed an MCP handshake with it.")
    restarts: int = Field(default=0, description="How often its container restarted in the current pod.")
    tools: int = Field(default=0, description="How many tools the bot offers from it.")
    message: str | None = Field(default=None, description="What is wrong and what to do.")
    generation: int | None = Field(
        default=None, description="The generation of the McpSidecar that this speaks of, where it failed to start."
    )
    attempts: int = Field(
        default=0, description="How often in a row it failed to start, where it is optional and was left out for it."
    )
    retry_time: str | None = Field(
        default=None,
        description="When it is tried again, where it is left out now (phase LeftOut).",
        json_schema_extra={"format": "date-time"},
    )


class RitsukoBotStatus(StatusModel):
    """What the bot is."""

    observed_generation: int | None = Field(default=None, description="The generation of the spec that this speaks of.")
    replicas: int | None = Field(default=None, description="Pods that exist.")
    ready_replicas: int | None = Field(default=None, description="Pods that are ready.")
    selector: str | None = Field(default=None, description="The label selector of the pods, for the scale subresource.")
    version: str | None = Field(
        default=None,
        description="The version that the bot's pods should run: the tag of its image, or the beginning of its digest.",
    )
    config_revision: str | None = Field(default=None, description="The revision of the mounted config, as wanted.")
    sidecars_ready: str | None = Field(default=None, description="How many sidecars are ready, such as 2/3.")
    sidecars: list[SidecarStatus] = Field(
        default_factory=list[SidecarStatus],
        description="The sidecars, a line each.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]},
    )
    conditions: list[Condition] = Field(
        default_factory=list[Condition],
        description="Ready, Reconciling and Stalled (kstatus), SidecarsReady, ConfigLoaded and ZulipConnected.",
        json_schema_extra={"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["type"]},
    )
    runtime: RuntimeReport | None = Field(
        default=None, description="What the bot really runs; written by the bot itself."
    )


class RitsukoBot(StatusModel):
    """One bot in one Zulip organisation, with its MCP servers as containers of the same pod."""

    model_config = rules(
        (
            "self.metadata.name.matches('^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$')",
            "the bot's name becomes the name of its children: at most 52 lower-case letters, digits and '-', "
            "starting with a letter",
        )
    )

    metadata: Metadata
    spec: RitsukoBotSpec
    status: RitsukoBotStatus = Field(default_factory=RitsukoBotStatus)
