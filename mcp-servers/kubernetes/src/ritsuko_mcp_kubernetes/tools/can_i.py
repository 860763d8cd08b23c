"""Whether this server, or the person it acts for, may do something."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from ritsuko_mcp_common import Envelope, Parameters, ReadTool
from ritsuko_mcp_kubernetes.lookup.clusters import Clusters
from ritsuko_mcp_kubernetes.objects.fields import at
from ritsuko_mcp_kubernetes.tools.parameters import Context, Namespace


class CanIParameters(Parameters):
    """What `can_i` takes."""

    verb: Literal["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*"]
    kind: Annotated[str, Field(description="a kind, or kind/subresource", examples=["pods/exec"])]
    name: str = ""
    namespace: Namespace = ""
    all_namespaces: bool = False
    context: Context = ""


async def can_i(parameters: CanIParameters, clusters: Clusters) -> Envelope:
    """Asks the cluster itself (SelfSubjectAccessReview); an empty namespace asks about all of them."""
    cluster = clusters.choose(parameters.context)
    verb, name = parameters.verb, parameters.name
    kind, _, subresource = parameters.kind.partition("/")
    resource = await cluster.discovery.resolve(kind)
    namespace, warnings = cluster.within(resource, parameters.namespace, all_namespaces=parameters.all_namespaces)
    attributes = {
        "verb": verb,
        "group": resource.group,
        "resource": resource.plural,
        "subresource": subresource,
        "name": name,
        "namespace": namespace if resource.namespaced else "",
    }
    answer = await cluster.client.review({key: value for key, value in attributes.items() if value})
    status = at(answer, "status")
    allowed = status.get("allowed") is True
    what = f"{verb} {resource.plural}{'/' + subresource if subresource else ''}{' ' + name if name else ''}"
    where = f" in namespace {namespace}" if attributes["namespace"] else " in the whole cluster"
    reason = str(status.get("reason") or status.get("evaluationError") or "")
    envelope = Envelope(
        summary=f"{'Yes' if allowed else 'No'}: {cluster.client.who} may{'' if allowed else ' not'} {what}{where}.",
        data={"allowed": allowed, "reason": reason or ("a role grants it" if allowed else "no role grants it")},
        hints=[] if allowed else ["A RoleBinding or ClusterRoleBinding to a role with this rule would allow it."],
    )
    return cluster.sourced(envelope, warnings)


TOOL = ReadTool(
    name="can_i",
    title="Check permissions",
    description="Check whether you may do something in the cluster, by its own rules. Only checks: nothing is changed.",
    parameters=CanIParameters,
    run=can_i,
)
