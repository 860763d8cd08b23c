"""One object described: what it is, how it is, what happened to it. Made from the object after redaction."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import JsonValue

from ritsuko_common.rfc3339 import format_rfc3339, parse_rfc3339
from ritsuko_mcp_common import notation, text
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.objects.ages import age
from ritsuko_mcp_kubernetes.objects.events import last_seen
from ritsuko_mcp_kubernetes.objects.fields import objects

_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
_SHOWN_APART = frozenset({"apiVersion", "kind", "metadata", "status", "spec"})


def write(data: JsonValue) -> str:
    """The description of `{"object": ..., "events": [...], "now": ...}`."""
    record = cast(Json, data)
    item, now = cast(Json, record["object"]), parse_rfc3339(cast(str, record["now"]))
    sections = [_identity(item, now)]
    if item.get("kind") == "Pod" and item.get("apiVersion") == "v1":
        sections += _pod(item)
    else:
        sections += _fields(item)
    sections.append(_conditions(item, now))
    sections.append(_events(cast("list[Json]", record.get("events") or []), now))
    return "\n\n".join(section for section in sections if section)


def subject(item: Json) -> Json:
    """The part of an object that its description is about: not the copy of it that `kubectl apply` keeps in it."""
    metadata = cast(Json, item["metadata"])
    annotations = {
        key: value for key, value in cast(Json, metadata.get("annotations") or {}).items() if key != _APPLIED
    }
    return {**item, "metadata": {**metadata, "annotations": annotations}}


def _identity(item: Json, now: datetime) -> str:
    metadata = cast(Json, item.get("metadata") or {})
    created = str(metadata.get("creationTimestamp") or "")
    return _pairs(
        {
            "Name": metadata.get("name"),
            "Namespace": metadata.get("namespace"),
            "Kind": f"{item.get('kind')} ({item.get('apiVersion')})",
            "Created": f"{created} ({age(created, now)} ago)" if created else None,
            "Deleted": metadata.get("deletionTimestamp"),
            "Labels": _assignments(metadata.get("labels")),
            "Annotations": _assignments(metadata.get("annotations")),
            "Owned by": ", ".join(
                f"{owner.get('kind')}/{owner.get('name')}" for owner in _objects(metadata.get("ownerReferences"))
            ),
            "Finalizers": ", ".join(cast("list[str]", metadata.get("finalizers") or [])),
        }
    )


def _pod(item: Json) -> list[str]:
    spec, status = cast(Json, item.get("spec") or {}), cast(Json, item.get("status") or {})
    sections = [
        _pairs(
            {
                "Status": " ".join(filter(None, (status.get("phase"), status.get("reason"), status.get("message")))),
                "Node": spec.get("nodeName") or "none yet",
                "IP": status.get("podIP"),
                "Service account": spec.get("serviceAccountName"),
                "QoS class": status.get("qosClass"),
                "Priority": spec.get("priorityClassName"),
                "Node selector": _assignments(spec.get("nodeSelector")),
                "Volumes": ", ".join(_volume(volume) for volume in _objects(spec.get("volumes"))),
            }
        )
    ]
    for kind, specs, statuses in (
        ("Init container", "initContainers", "initContainerStatuses"),
        ("Container", "containers", "containerStatuses"),
        ("Ephemeral container", "ephemeralContainers", "ephemeralContainerStatuses"),
    ):
        states = {str(state.get("name")): state for state in _objects(status.get(statuses))}
        sections += [
            f"{kind} {name}\n{_indent(_container(container, states.get(name, {})))}"
            for container in _objects(spec.get(specs))
            for name in [str(container.get("name"))]
        ]
    return sections


def _container(spec: Json, status: Json) -> str:
    resources = cast(Json, spec.get("resources") or {})
    return _pairs(
        {
            "Image": spec.get("image"),
            "State": _state(cast(Json, status.get("state") or {})) or "not started",
            "Last state": _state(cast(Json, status.get("lastState") or {})),
            "Ready": {True: "yes", False: "no"}.get(cast(Any, status.get("ready"))),
            "Restarts": status.get("restartCount"),
            "Command": " ".join([*(spec.get("command") or []), *(spec.get("args") or [])]),
            "Ports": ", ".join(
                f"{port.get('containerPort')}/{port.get('protocol', 'TCP')}" for port in _objects(spec.get("ports"))
            ),
            "Requests": _assignments(resources.get("requests")),
            "Limits": _assignments(resources.get("limits")),
            "Liveness": _probe(spec.get("livenessProbe")),
            "Readiness": _probe(spec.get("readinessProbe")),
            "Startup": _probe(spec.get("startupProbe")),
            "Environment": "\n".join(_variables(spec)),
            "Mounts": ", ".join(
                f"{mount.get('mountPath')} from {mount.get('name')}" for mount in _objects(spec.get("volumeMounts"))
            ),
        }
    )


def _state(state: Json) -> str:
    for name, detail in state.items():
        facts = [
            detail.get("reason"),
            f"exit code {detail['exitCode']}" if "exitCode" in detail else None,
            f"signal {detail['signal']}" if detail.get("signal") else None,
            f"since {detail['startedAt']}" if name == "running" and detail.get("startedAt") else None,
            f"finished {detail['finishedAt']}" if detail.get("finishedAt") else None,
            detail.get("message"),
        ]
        details = ", ".join(str(fact) for fact in facts if fact)
        return f"{name}: {details}" if details else name
    return ""


def _variables(spec: Json) -> Iterator[str]:
    for variable in _objects(spec.get("env")):
        source = cast(Json, variable.get("valueFrom") or {})
        origin = ""
        for kind, reference in source.items():
            of = reference.get("name") or reference.get("fieldPath") or reference.get("resource") or ""
            key = f", key {reference['key']}" if reference.get("key") else ""
            origin = f"<{kind.removesuffix('KeyRef').removesuffix('Ref')} {of}{key}>"
        yield f"{variable.get('name')}={origin or variable.get('value', '')}"
    for source in _objects(spec.get("envFrom")):
        for kind in ("configMapRef", "secretRef"):
            if isinstance(source.get(kind), dict):
                yield f"<all of {kind.removesuffix('Ref')} {source[kind].get('name')}>"


def _probe(probe: Json | None) -> str:
    if not probe:
        return ""
    delay, period = probe.get("initialDelaySeconds", 0), probe.get("periodSeconds", 10)
    timing = f"delay {delay}s, period {period}s, failures {probe.get('failureThreshold', 3)}"
    if http := probe.get("httpGet"):
        return f"GET {http.get('path', '/')} on port {http.get('port')} ({timing})"
    if tcp := probe.get("tcpSocket"):
        return f"TCP port {tcp.get('port')} ({timing})"
    if grpc := probe.get("grpc"):
        return f"gRPC port {grpc.get('port')} ({timing})"
    return f"exec {' '.join(cast(Json, probe.get('exec') or {}).get('command') or [])} ({timing})"


def _volume(volume: Json) -> str:
    kind = next((key for key in volume if key != "name"), "?")
    detail = cast(Json, volume.get(kind) or {})
    of = detail.get("name") or detail.get("secretName") or detail.get("claimName") or detail.get("path")
    return f"{volume.get('name')} ({kind}{' ' + str(of) if of else ''})"


def _fields(item: Json) -> Iterator[str]:
    """Everything that has no section of its own, as YAML."""
    rest = {key: value for key, value in item.items() if key not in _SHOWN_APART}
    # of a custom resource, any JSON may be the status
    status = item.get("status")
    if isinstance(status, dict):
        status = {key: value for key, value in cast(Json, status).items() if key != "conditions"}
    for title, part in (("Spec", item.get("spec")), ("Status", status), ("Content", rest)):
        if part:
            yield f"{title}\n{_indent(notation.to_yaml(cast(JsonValue, part)))}"


def _conditions(item: Json, now: datetime) -> str:
    conditions = objects(item, "status", "conditions")
    rows: list[dict[str, JsonValue]] = [
        {
            "TYPE": condition.get("type"),
            "STATUS": condition.get("status"),
            "REASON": condition.get("reason"),
            "SINCE": age(str(condition.get("lastTransitionTime") or ""), now),
            "MESSAGE": condition.get("message"),
        }
        for condition in conditions
    ]
    return f"Conditions\n{_indent(text.table(rows))}" if rows else ""


def _events(events: list[Json], now: datetime) -> str:
    if not events:
        return ""
    rows: list[dict[str, JsonValue]] = [
        {
            "LAST SEEN": age(last_seen(event), now),
            "TYPE": event.get("type"),
            "REASON": event.get("reason"),
            "COUNT": cast(Json, event.get("series") or {}).get("count") or event.get("count") or 1,
            "MESSAGE": str(event.get("message") or event.get("note") or "").strip(),
        }
        for event in sorted(events, key=last_seen, reverse=True)
    ]
    return f"Events\n{_indent(text.table(rows))}"


def utc_now() -> str:
    return format_rfc3339(datetime.now(UTC))


def _pairs(pairs: dict[str, Any]) -> str:
    shown = {key: str(value) for key, value in pairs.items() if value not in (None, "", [], {})}
    width = max((len(key) for key in shown), default=0) + 2
    return "\n".join(f"{key + ':':{width}}" + value.replace("\n", "\n" + " " * width) for key, value in shown.items())


def _assignments(values: Any) -> str:
    return "\n".join(f"{key}={value}" for key, value in cast(Json, values or {}).items())


def _indent(body: str) -> str:
    return "\n".join(f"  {line}" for line in body.split("\n"))


def _objects(value: Any) -> list[Json]:
    found = cast("list[Any]", value) if isinstance(value, list) else []
    return [cast(Json, item) for item in found if isinstance(item, dict)]
