"""A diagnosis written down, from its record after redaction."""

from __future__ import annotations

from typing import cast

from pydantic import JsonValue

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.objects.fields import at, conditions, objects
from ritsuko_mcp_kubernetes.objects.quoting import one_line, quoted


def write(data: JsonValue) -> str:
    """The text of the record that `diagnose` makes."""
    record = cast(Json, data)
    sections = [
        "\n".join(
            f"{finding['severity'].upper()}  {finding['object']}  {finding['reason']}"
            + (f"  since {finding['since']}" if finding.get("since") else "")
            + f"\n  {one_line(finding['cause'])}\n  Try: {finding['advice']}"
            for finding in cast("list[Json]", record["findings"])
        ),
        _list("Missing", record["missing"]),
        _list("Events (warnings)", [one_line(message) for message in cast("list[str]", record["events"])]),
        _list("Last lines before it ended", str(record["log"]).splitlines()),
        _list("Pod", [f"{key}: {value}" for key, value in cast(Json, record.get("pod") or {}).items() if value]),
        f"Node\n  {one_line(record['node'])}" if record.get("node") else "",
    ]
    return "\n\n".join(section for section in sections if section)


def facts(pod: Json) -> Json:
    """The pod's own facts, next to what is wrong with it: images, limits, probes, restarts."""
    states = {str(state.get("name")): state for state in objects(pod, "status", "containerStatuses")}
    facts_: Json = {"name": at(pod, "metadata").get("name"), "phase": at(pod, "status").get("phase")}
    for container in objects(pod, "spec", "containers"):
        name = str(container.get("name"))
        limits = ", ".join(f"{key} {value}" for key, value in at(container, "resources", "limits").items())
        requests = ", ".join(f"{key} {value}" for key, value in at(container, "resources", "requests").items())
        probes = [
            kind.removesuffix("Probe")
            for kind in ("startupProbe", "livenessProbe", "readinessProbe")
            if kind in container
        ]
        facts_[f"container {name}"] = "; ".join(
            (
                f"image {container.get('image')}",
                f"limits {limits or 'none'}",
                f"requests {requests or 'none'}",
                f"probes {', '.join(probes) or 'none'}",
                f"restarts {states.get(name, {}).get('restartCount', 0)}",
            )
        )
    return facts_


def node(item: Json) -> str:
    """`worker-1, ready` or `worker-1, not ready: ...`, and its pressures."""
    found = conditions(item)
    ready_ = found.get("Ready", {})
    state = "ready" if ready_.get("status") == "True" else f"not ready:{quoted(str(ready_.get('message')), 300)}"
    pressures = [kind for kind, value in found.items() if kind.endswith("Pressure") and value.get("status") == "True"]
    cordoned = ", cordoned" if at(item, "spec").get("unschedulable") else ""
    return f"{at(item, 'metadata').get('name')}, {state}{cordoned}" + "".join(f", {kind}" for kind in pressures)


def _list(title: str, lines: object) -> str:
    entries = cast("list[object]", lines or [])
    return f"{title}\n" + "\n".join(f"  {line}" for line in entries) if entries else ""
