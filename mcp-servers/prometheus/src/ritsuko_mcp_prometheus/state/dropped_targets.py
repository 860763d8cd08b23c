"""Targets that relabelling dropped: often the reason why a new service is not scraped."""

from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.objects import DroppedTarget
from ritsuko_mcp_prometheus.api.series import Labels
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.state.text_filter import matches_text

# https://prometheus.io/docs/prometheus/latest/configuration/configuration/#kubernetes_sd_config: annotations are
# left out because they may contain anything.
_KUBERNETES = "__meta_kubernetes_"
_SHOWN = ("namespace", "service_name", "pod_name", "pod_container_name", "pod_container_port_name", "node_name")


async def dropped(client: PrometheusClient, name: str, limit: int) -> Envelope:
    """A row for each dropped target that contains `name`, by job and address."""
    found = await client.dropped_targets()
    chosen = sorted(_matching(name, found), key=lambda one: (one.get("job", ""), one.get("address", "")))
    which = f" matching {name!r}" if name else ""
    summary = f"{len(chosen):,} {'target' if len(chosen) == 1 else 'targets'}{which} dropped by relabelling."
    if not chosen:
        summary = f"No target{which} was dropped by relabelling" + (
            f", but {len(found):,} others were." if found else "."
        )
    envelope = Envelope(summary=summary, source=client.source, untrusted=True)
    envelope.data = [_row(one) for one in chosen[:limit]]
    envelope.total, envelope.returned, envelope.truncated = len(chosen), len(envelope.data), len(chosen) > limit
    if chosen:
        envelope.hints.append("The relabel_configs of their job drop them; labels are shown as before relabelling.")
    return envelope.written_by(flat())


async def dropped_count(client: PrometheusClient, name: str) -> int:
    """The number of dropped targets that contain `name`; 0 if the backend does not offer them."""
    try:
        return len(_matching(name, await client.dropped_targets())) if name else 0
    except ToolFailure:
        return 0


def _matching(name: str, found: Sequence[DroppedTarget]) -> list[Labels]:
    told = [_shown_labels(one.discoveredLabels) for one in found]
    return [labels for labels in told if not name or matches_text(name, labels)]


def _shown_labels(discovered: Labels) -> Labels:
    """The labels to show out of several dozen; only these are searched."""
    meta = {name: discovered.get(f"{_KUBERNETES}{name}", "") for name in _SHOWN}
    own = {name: value for name, value in discovered.items() if not name.startswith("__")}
    address = {"address": discovered.get("__address__", "")}
    return {name: value for name, value in {**own, **meta, **address}.items() if value}


def _row(labels: Labels) -> Row:
    others = {name: value for name, value in sorted(labels.items()) if name not in ("job", "address")}
    row: Row = {"job": labels.get("job", ""), "address": labels.get("address", "")}
    return {**row, "labels": cast(JsonValue, others)}
