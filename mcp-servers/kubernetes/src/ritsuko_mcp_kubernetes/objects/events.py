"""Reading Event objects of either API that writes them (core/v1 and events.k8s.io/v1)."""

from __future__ import annotations

from typing import cast

from ritsuko_mcp_kubernetes.api.client import Json


def last_seen(event: Json) -> str:
    """When an event happened last: the field depends on which API it was written with."""
    series = cast(Json, event.get("series") or {})
    moments = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    created = cast(Json, event.get("metadata") or {}).get("creationTimestamp")
    return str(next((moment for moment in (*moments, created) if moment), ""))
