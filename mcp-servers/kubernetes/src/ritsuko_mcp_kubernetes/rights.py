"""The tool `can_i`: whether this server, or the person it acts for, may do something."""

from __future__ import annotations

from ritsuko_mcp_common import Envelope
from ritsuko_mcp_kubernetes.api.client import KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Resource
from ritsuko_mcp_kubernetes.objects.fields import at


async def can_i(
    client: KubernetesClient, resource: Resource, *, verb: str, subresource: str, name: str, namespace: str
) -> Envelope:
    """Asks the cluster itself (SelfSubjectAccessReview); an empty namespace asks about all of them."""
    attributes = {
        "verb": verb,
        "group": resource.group,
        "resource": resource.plural,
        "subresource": subresource,
        "name": name,
        "namespace": namespace if resource.namespaced else "",
    }
    answer = await client.review({key: value for key, value in attributes.items() if value})
    status = at(answer, "status")
    allowed = status.get("allowed") is True
    what = f"{verb} {resource.plural}{'/' + subresource if subresource else ''}{' ' + name if name else ''}"
    where = f" in namespace {namespace}" if attributes["namespace"] else " in the whole cluster"
    reason = str(status.get("reason") or status.get("evaluationError") or "")
    return Envelope(
        summary=f"{'Yes' if allowed else 'No'}: {client.who} may{'' if allowed else ' not'} {what}{where}.",
        data={"allowed": allowed, "reason": reason or ("a role grants it" if allowed else "no role grants it")},
        hints=[] if allowed else ["A RoleBinding or ClusterRoleBinding to a role with this rule would allow it."],
    )
