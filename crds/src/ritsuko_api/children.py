"""What a RitsukoBot says of the objects around its container: the pod as a whole, its network, its monitoring."""

from __future__ import annotations

from pydantic import Field

from ritsuko_api import embedded
from ritsuko_api.resource import SpecModel


class NetworkPolicy(SpecModel):
    """The NetworkPolicy of the bot's pods."""

    enabled: bool = Field(
        default=False,
        description="True: into the pods only the port `http` (probes, metrics, status) is open, and `egress` counts.",
    )
    egress: embedded.EgressRules = Field(
        default_factory=list[embedded.JsonObject],
        description="Where the pods may connect to, beside DNS; Zulip, the API server and what the MCP servers talk to "
        "have to be among it. Empty: anywhere.",
    )


class PodDisruptionBudget(SpecModel):
    """The PodDisruptionBudget of the bot's pods."""

    enabled: bool = Field(
        default=True,
        description="True: with more than one replica, a drain takes away one pod at a time. With one there is none.",
    )


class Monitoring(SpecModel):
    """Objects for the Prometheus operator (monitoring.coreos.com/v1)."""

    pod_monitor: bool = Field(
        default=False, description="True: a PodMonitor has the bot's metrics scraped at the port `http`."
    )
    prometheus_rule: bool = Field(
        default=False, description="True: a PrometheusRule brings alerts about the bot and its servers."
    )


class PodTemplateMetadata(SpecModel):
    """Labels and annotations to merge into the pod template's."""

    labels: dict[str, str] = Field(
        default_factory=dict, description="Labels of the pods. Those that select the bot's pods cannot be changed."
    )
    annotations: dict[str, str] = Field(
        default_factory=dict,
        description="Annotations of the pods. Those that begin with ritsuko.dev/ are the operator's own.",
    )


class PodTemplate(SpecModel):
    """A strategic merge patch over the pod template."""

    metadata: PodTemplateMetadata = Field(
        default_factory=PodTemplateMetadata, description="Labels and annotations to merge into the pod template's."
    )
    spec: embedded.PodSpecPatch | None = Field(
        default=None,
        description="The patch of the pod's spec. The container `bot` can be changed but not taken away.",
    )
