"""What a RitsukoBot says of the objects around its container: the pod as a whole, its network, its monitoring."""

from __future__ import annotations

from pydantic import Field

from ritsuko_api import embedded
from ritsuko_api.resource import SpecModel


class NetworkPolicy(SpecModel):
    """The NetworkPolicy of the bot's pods."""

    enabled: bool = Field(
        default=False,
        description=(
            "True: the pods accept connections only at the port `http` (probes, metrics, status), and `egress` applies."
        ),
    )
    egress: embedded.EgressRules = Field(
        default_factory=list[embedded.JsonObject],
        description="Allowed destinations besides DNS; include Zulip, the API server and the backends of the MCP "
        "servers. Empty: anywhere.",
    )


class PodDisruptionBudget(SpecModel):
    """The PodDisruptionBudget of the bot's pods."""

    enabled: bool = Field(
        default=True,
        description=(
            "True: create a PodDisruptionBudget that lets a drain evict one pod at a time. With one replica "
            "there is none."
        ),
    )


class Monitoring(SpecModel):
    """Objects for the Prometheus operator (monitoring.coreos.com/v1)."""

    pod_monitor: bool = Field(
        default=False, description="True: create a PodMonitor that scrapes the bot's metrics at the port `http`."
    )
    prometheus_rule: bool = Field(
        default=False, description="True: create a PrometheusRule with alerts about the bot and its servers."
    )


class PodTemplateMetadata(SpecModel):
    """Labels and annotations to merge into the pod template's."""

    labels: dict[str, str] = Field(
        default_factory=dict, description="Labels of the pods. Those that select the bot's pods cannot be changed."
    )
    annotations: dict[str, str] = Field(
        default_factory=dict,
        description="Annotations of the pods. Those that begin with ritsuko.dev/ are reserved for the operator.",
    )


class PodTemplate(SpecModel):
    """A strategic merge patch over the pod template."""

    metadata: PodTemplateMetadata = Field(
        default_factory=PodTemplateMetadata, description="Labels and annotations to merge into the pod template's."
    )
    spec: embedded.PodSpecPatch | None = Field(
        default=None,
        description="The patch of the pod's spec. The container `bot` can be changed but not removed.",
    )
