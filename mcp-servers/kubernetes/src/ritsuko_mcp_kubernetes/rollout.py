"""The tool `rollout`: the revisions of a workload, and what each changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, ToolFailure
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Discovery, Resource
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.objects.description import age
from ritsuko_mcp_kubernetes.objects.fields import at, objects, owners, selector_of

_MOST = 200
_MOST_CHANGES = 12
_REVISION = "deployment.kubernetes.io/revision"
_CAUSE = "kubernetes.io/change-cause"
# Lists whose entries are told apart by a key rather than by their place.
_KEYS = ("name", "mountPath", "containerPort", "key")
_HISTORY = {"Deployment": "replicasets", "StatefulSet": "controllerrevisions", "DaemonSet": "controllerrevisions"}


async def rollout(client: KubernetesClient, discovery: Discovery, item: Json, resource: Resource) -> Envelope:
    """A row a revision, the newest first. Raises `ToolFailure` for a kind that has no revisions."""
    if resource.kind not in _HISTORY:
        raise ToolFailure(f"a {resource.singular} has no revisions", "Deployments, statefulsets and daemonsets have.")
    metadata = at(item, "metadata")
    warnings: list[str] = []
    found = await items(
        client,
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
    now = datetime.now(UTC)
    revisions = [_record(each, before, now) for each, before in zip(mine, [*mine[1:], None], strict=True)]
    return Envelope(
        summary=f"{resource.kind} {metadata.get('name')}: {_state(item, resource.kind)}; "
        f"{len(mine)} {'revision is' if len(mine) == 1 else 'revisions are'} kept.",
        data=revisions,
        total=len(mine),
        returned=len(mine),
        warnings=warnings,
        hints=["To go back: kubectl rollout undo (this server changes nothing)."] if len(mine) > 1 else [],
        untrusted=True,
    ).written_by(write)


def write(data: JsonValue) -> list[Row]:
    """The rows of the records that `rollout` makes, after redaction: it knows a template better than text about it."""
    return [_row(record) for record in cast("list[Json]", data)]


def changes(before: Json, after: Json, differ: list[bool]) -> list[str]:
    """The differences between two pod templates, such as `spec.containers[app].image: web:1 -> web:2`.

    `differ` is what `differences` returned for them before redaction: two values that are hidden look alike.
    """
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    paths = dict.fromkeys([*old, *new])
    if len(paths) != len(differ):  # redaction left a part out
        differ = differences(before, after)
    return [
        f"{path}: {_short(old.get(path))} -> {_short(new.get(path))}"
        for path, differs in zip(paths, differ, strict=True)
        if differs
    ]


def differences(before: Json, after: Json) -> list[bool]:
    """Whether two pod templates differ, for each value that either has, in order."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    return [old.get(path) != new.get(path) for path in dict.fromkeys([*old, *new])]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, object]]:
    """Every value that holds no others, by its path; entries of lists by their key, or else their place."""
    if isinstance(value, dict):
        for key, inner in cast(Json, value).items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from _leaves(inner, f"{path}[{_key(inner) or number}]")
    else:
        yield path, value


def _record(each: Json, before: Json | None, now: datetime) -> Json:
    template = _template(each)
    old, new = _apart(_template(before), template) if before is not None else (None, None)
    return {
        "revision": _revision(each),
        "age": age(str(at(each, "metadata").get("creationTimestamp")), now),
        "pods": at(each, "status").get("replicas", ""),
        "images": [str(container.get("image")) for container in objects(template, "spec", "containers")],
        "before": old,
        "after": new,
        "differ": differences(old, new) if old is not None and new is not None else None,
        "cause": at(each, "metadata", "annotations").get(_CAUSE),
    }


def _row(record: Json) -> Row:
    changed = "the oldest kept"
    if record["before"] is not None:
        told = changes(record["before"], record["after"], record["differ"])
        more = f"; and {len(told) - _MOST_CHANGES} more" if len(told) > _MOST_CHANGES else ""
        changed = "; ".join(told[:_MOST_CHANGES]) + more
    return {
        "REVISION": record["revision"],
        "AGE": record["age"],
        "PODS": record["pods"],
        "IMAGES": ", ".join(record["images"]),
        "CHANGED": changed,
        **({"CAUSE": str(record["cause"])} if record["cause"] else {}),
    }


def _apart(old: Any, new: Any) -> tuple[Any, Any]:
    """Both without what is equal in them, so that only what changed is redacted, and counted."""
    if isinstance(old, list) and isinstance(new, list):
        return _apart_lists(cast("list[Any]", old), cast("list[Any]", new))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return cast("tuple[Any, Any]", (old, new))
    left, right = cast(Json, old), cast(Json, new)
    one: Json = {key: left[key] for key in _KEYS if key in left}
    other: Json = {key: right[key] for key in _KEYS if key in right}
    for key in dict.fromkeys([*left, *right]):
        if key in left and key in right and left[key] != right[key]:
            one[key], other[key] = _apart(left[key], right[key])
        elif key not in right:
            one[key] = left[key]
        elif key not in left:
            other[key] = right[key]
    return one, other


def _apart_lists(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """Entries that have a key are compared with their like; where one has none, place matters, and all are kept."""
    left, right = _keyed(old), _keyed(new)
    if left is None or right is None:
        return old, new
    pairs = {key: _apart(left[key], right[key]) for key in left if key in right and left[key] != right[key]}
    return (
        [pairs[key][0] if key in pairs else entry for key, entry in left.items() if entry != right.get(key)],
        [pairs[key][1] if key in pairs else entry for key, entry in right.items() if entry != left.get(key)],
    )


def _keyed(entries: list[Any]) -> dict[str, Any] | None:
    keys = [_key(entry) for entry in entries]
    if None in keys or len(set(keys)) < len(keys):
        return None
    return {str(key): entry for key, entry in zip(keys, entries, strict=True)}


def _key(entry: Any) -> str | None:
    fields = cast(Json, entry) if isinstance(entry, dict) else {}
    return next((str(fields[key]) for key in _KEYS if key in fields), None)


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
