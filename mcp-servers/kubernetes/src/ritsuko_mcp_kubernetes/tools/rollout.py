"""The revisions of a workload, and what each changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, Parameters, ReadTool, ToolFailure
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects.ages import age
from ritsuko_mcp_kubernetes.objects.fields import at, objects, owners, selector_of
from ritsuko_mcp_kubernetes.objects.template_changes import changes, differences, without_equal_parts
from ritsuko_mcp_kubernetes.tools.parameters import Context, KindOfOne, Name, Namespace

_MOST = 200
_MOST_CHANGES = 12
_REVISION = "deployment.kubernetes.io/revision"
_CAUSE = "kubernetes.io/change-cause"
_HISTORY = {"Deployment": "replicasets", "StatefulSet": "controllerrevisions", "DaemonSet": "controllerrevisions"}


class RolloutParameters(Parameters):
    """What `rollout` takes."""

    kind: KindOfOne
    name: Name = ""
    namespace: Namespace = ""
    context: Context = ""


async def rollout(parameters: RolloutParameters, clusters: Clusters) -> Envelope:
    """A row a revision, the newest first. Raises `ToolFailure` for a kind that has no revisions."""
    cluster = clusters.choose(parameters.context)
    item, resource, warnings = await cluster.named(
        parameters.kind, parameters.name, parameters.namespace, tool="rollout"
    )
    if resource.kind not in _HISTORY:
        raise ToolFailure(
            f"a {resource.singular} has no revisions", "rollout supports deployments, statefulsets and daemonsets."
        )
    metadata = at(item, "metadata")
    found = await items(
        cluster.client,
        await cluster.discovery.resolve(_HISTORY[resource.kind]),
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
    envelope = Envelope(
        summary=f"{resource.kind} {metadata.get('name')}: {_state(item, resource.kind)}; "
        f"{len(mine)} {'revision is' if len(mine) == 1 else 'revisions are'} kept.",
        data=revisions,
        total=len(mine),
        returned=len(mine),
        hints=["To roll back: kubectl rollout undo (this server is read-only)."] if len(mine) > 1 else [],
        untrusted=True,
    ).written_by(write)
    return cluster.sourced(envelope, warnings)


def write(data: JsonValue) -> list[Row]:
    """The rows of the records that `rollout` makes, after redaction: it knows a template better than text about it."""
    return [_row(record) for record in cast("list[Json]", data)]


def _record(each: Json, before: Json | None, now: datetime) -> Json:
    template = _template(each)
    old, new = without_equal_parts(_template(before), template) if before is not None else (None, None)
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
    changed = "oldest revision"
    if record["before"] is not None:
        differing = changes(record["before"], record["after"], record["differ"])
        more = f"; and {len(differing) - _MOST_CHANGES} more" if len(differing) > _MOST_CHANGES else ""
        changed = "; ".join(differing[:_MOST_CHANGES]) + more
    return {
        "REVISION": record["revision"],
        "AGE": record["age"],
        "PODS": record["pods"],
        "IMAGES": ", ".join(record["images"]),
        "CHANGED": changed,
        **({"CAUSE": str(record["cause"])} if record["cause"] else {}),
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
        return "the last change has not been observed yet"
    if status.get(new, 0) == wanted == status.get(ready, 0):
        return f"rolled out, {wanted} of {wanted} pods are new and ready"
    return f"in progress or stuck, {status.get(new, 0)} of {wanted} pods are new, {status.get(ready, 0)} ready"


TOOL = ReadTool(
    name="rollout",
    title="Show a rollout",
    description="The rollout of a deployment, statefulset or daemonset: its progress, its revisions and what each "
    "changed.",
    parameters=RolloutParameters,
    run=rollout,
)
