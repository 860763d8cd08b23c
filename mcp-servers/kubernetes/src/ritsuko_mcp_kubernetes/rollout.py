"""The tool `rollout`: the revisions of a workload, and what each changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from ritsuko_mcp_common import Envelope, Row, ToolFailure
from ritsuko_mcp_kubernetes.apiserver import Apiserver, Json
from ritsuko_mcp_kubernetes.description import age
from ritsuko_mcp_kubernetes.diagnosis.fields import at, objects, owners, selector_of
from ritsuko_mcp_kubernetes.discovery import Discovery, Resource
from ritsuko_mcp_kubernetes.pages import items

_MOST = 200
_MOST_CHANGES = 12
_REVISION = "deployment.kubernetes.io/revision"
_CAUSE = "kubernetes.io/change-cause"
# Lists whose entries are told apart by a key rather than by their place.
_KEYS = ("name", "mountPath", "containerPort", "key")
_HISTORY = {"Deployment": "replicasets", "StatefulSet": "controllerrevisions", "DaemonSet": "controllerrevisions"}


async def rollout(apiserver: Apiserver, discovery: Discovery, item: Json, resource: Resource) -> Envelope:
    """A row a revision, the newest first. Raises `ToolFailure` for a kind that has no revisions."""
    if resource.kind not in _HISTORY:
        raise ToolFailure(f"a {resource.singular} has no revisions", "Deployments, statefulsets and daemonsets have.")
    metadata = at(item, "metadata")
    warnings: list[str] = []
    found = await items(
        apiserver,
        await discovery.resolve(_HISTORY[resource.kind]),
        str(metadata.get("namespace")),
        {"labelSelector": selector_of(at(item, "spec", "selector"))},
        most=_MOST,
        warnings=warnings,
    )
    mine = sorted(
        (each for each in found if (resource.kind, str(metadata.get("name"))) in list(owners(each))),
        key=_revision,
        reverse=True,
    )
    now = datetime.now(UTC).isoformat()
    rows = [_row(each, before, now) for each, before in zip(mine, [*mine[1:], None], strict=True)]
    return Envelope(
        summary=f"{resource.kind} {metadata.get('name')}: {_state(item, resource.kind)}; "
        f"{len(rows)} {'revision is' if len(rows) == 1 else 'revisions are'} kept.",
        data=rows,
        total=len(rows),
        returned=len(rows),
        warnings=warnings,
        hints=["To go back: kubectl rollout undo (this server changes nothing)."] if len(rows) > 1 else [],
        untrusted=True,
    )


def changes(before: Json, after: Json) -> list[str]:
    """The differences between two pod templates, such as `spec.containers[app].image: web:1 -> web:2`."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    return [
        f"{path}: {_short(old.get(path))} -> {_short(new.get(path))}"
        for path in dict.fromkeys([*old, *new])
        if old.get(path) != new.get(path)
    ]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, object]]:
    """Every value that holds no others, by its path; entries of lists by their key, or else their place."""
    if isinstance(value, dict):
        for key, inner in cast(Json, value).items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            fields = cast(Json, inner) if isinstance(inner, dict) else {}
            key = next((fields[key] for key in _KEYS if key in fields), number)
            yield from _leaves(inner, f"{path}[{key}]")
    else:
        yield path, value


def _row(each: Json, before: Json | None, now: str) -> Row:
    template = _template(each)
    told = changes(_template(before), template) if before is not None else []
    more = f"; and {len(told) - _MOST_CHANGES} more" if len(told) > _MOST_CHANGES else ""
    images = [str(container.get("image")) for container in objects(template, "spec", "containers")]
    cause = at(each, "metadata", "annotations").get(_CAUSE)
    return {
        "REVISION": _revision(each),
        "AGE": age(str(at(each, "metadata").get("creationTimestamp")), now),
        "PODS": at(each, "status").get("replicas", ""),
        "IMAGES": ", ".join(images),
        "CHANGED": "; ".join(told[:_MOST_CHANGES]) + more if before is not None else "the oldest kept",
        **({"CAUSE": str(cause)} if cause else {}),
    }


def _template(each: Json) -> Json:
    """The pod template, without the label that only tells revisions apart."""
    template = at(each, "spec", "template") or at(each, "data", "spec", "template")
    labels = {key: value for key, value in at(template, "metadata", "labels").items() if key != "pod-template-hash"}
    metadata = {key: value for key, value in at(template, "metadata").items() if key != "creationTimestamp"}
    return {"metadata": {**metadata, "labels": labels}, "spec": at(template, "spec")}


def _revision(each: Json) -> int:
    revision = str(at(each, "metadata", "annotations").get(_REVISION, each.get("revision")))
    return int(revision) if revision.isdecimal() else 0


def _state(item: Json, kind: str) -> str:
    status = at(item, "status")
    if kind == "DaemonSet":
        new, ready, wanted = "updatedNumberScheduled", "numberReady", status.get("desiredNumberScheduled", 0)
    else:
        new, ready, wanted = "updatedReplicas", "readyReplicas", at(item, "spec").get("replicas", 1)
    if status.get("observedGeneration") != at(item, "metadata").get("generation"):
        return "the last change has not been looked at yet"
    if status.get(new, 0) == wanted == status.get(ready, 0):
        return f"rolled out, {wanted} of {wanted} pods are new and ready"
    return f"in progress or stuck, {status.get(new, 0)} of {wanted} pods are new, {status.get(ready, 0)} ready"


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 120 else text[:120] + "…"
