"""What events complain of."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.finding import EXPLAINED_BY_EVENTS, NOT_CREATED, Finding, Severity, Subject
from ritsuko_mcp_kubernetes.objects.events import last_seen
from ritsuko_mcp_kubernetes.objects.fields import at
from ritsuko_mcp_kubernetes.objects.quoting import quoted

_LONGEST = 400


def warning_messages(events: Iterable[Json], *about: Subject) -> list[str]:
    """What Warning events say of any of the objects, newest first, each once: `FailedMount: configmap not found`."""
    wanted = {(subject.kind, subject.namespace, subject.name) for subject in about}
    warnings = [event for event in events if event.get("type") == "Warning" and _about(event) in wanted]
    messages = (
        f"{event.get('reason')}:{quoted(_message(event), _LONGEST)}"
        for event in sorted(warnings, key=last_seen, reverse=True)
    )
    return list(dict.fromkeys(messages))


def explained(finding: Finding, messages: list[str]) -> Finding:
    """The finding with the cause that events tell, where its object alone does not."""
    if finding.reason not in EXPLAINED_BY_EVENTS or not messages:
        return finding
    if finding.reason != NOT_CREATED:
        return dataclasses.replace(finding, cause=messages[0])
    return dataclasses.replace(
        finding,
        severity=Severity.CRITICAL,
        cause=f"its containers cannot be created: {messages[0]}",
        advice="Create the missing object, or correct its name in the pod; for a volume, check its claim.",
    )


def _message(event: Json) -> str:
    return str(event.get("message") or event.get("note") or "").strip()


def _about(event: Json) -> tuple[str, str, str]:
    of = at(event, "involvedObject") or at(event, "regarding")
    return str(of.get("kind")), str(of.get("namespace") or ""), str(of.get("name"))
