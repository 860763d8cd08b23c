"""The pods of a question; when there are none, why."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_logs.cluster import ApiFailure, Cluster
from ritsuko_mcp_logs.phrases import counted, named_namespace, shortlist
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.podlogs.container_selection import container_names, matching_pods
from ritsuko_mcp_logs.sources.podlogs.objects import Named, NamedList, Pod, PodList

_MOST = 500
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Pods:
    """The pods found; `beyond` counts those that the apiserver did not list because there are too many."""

    items: Sequence[Pod]
    beyond: int


async def find_pods(cluster: Cluster, namespace: str, query: Query) -> Pods:
    """The pods asked for: none only if the namespace (or the labels in it) has none.

    Raises ToolFailure when what the caller named does not exist, may not be read, or is not a name.
    """
    if namespace != "*" and not _NAMESPACE.fullmatch(namespace):
        raise ToolFailure(
            f"{namespace[:100]!r} is not a namespace's name", "Namespace names consist of a-z, 0-9 and hyphens."
        )
    parameters = {"limit": str(_MOST)}
    if query.labels:
        parameters["labelSelector"] = query.labels
    try:
        path = "/api/v1/pods" if namespace == "*" else f"/api/v1/namespaces/{namespace}/pods"
        listed = await cluster.get(path, PodList, parameters)
    except ApiFailure as failure:
        raise _explained(failure, namespace, query.labels) from failure
    items = listed.items
    if not items and namespace != "*":
        await _check_namespace(cluster, namespace)
    pods = matching_pods(items, query.pod)
    if items and not pods:
        names = [pod.name for pod in items]
        raise ToolFailure(
            f"no pod in {named_namespace(namespace)} is named {query.pod!r} or begins with it",
            suggestion(query.pod, names) or f"There are: {shortlist(names)}.",
        )
    if pods and query.container and query.container not in container_names(pods):
        raise ToolFailure(
            f"no container named {query.container!r} in {counted(len(pods), 'pod')} of {named_namespace(namespace)}",
            f"There are: {shortlist(container_names(pods))}.",
        )
    return Pods(pods, listed.metadata.remainingItemCount)


def _explained(failure: ApiFailure, namespace: str, labels: str) -> ToolFailure:
    match failure.status:
        case 401:
            return ToolFailure("the apiserver rejected our credentials", "Renew the token or the kubeconfig.")
        case 403:
            return ToolFailure(
                f"not allowed to list pods in {named_namespace(namespace)}: {failure.reason}",
                "The service account needs a role with list on pods and get on pods/log there "
                "(rbac.scope of the RitsukoBot).",
            )
        case 400 if labels:
            return ToolFailure(
                f"{labels!r} is not a label selector: {failure.reason}", "Write it like app=web,tier!=db."
            )
        case _:
            return failure


async def _check_namespace(cluster: Cluster, namespace: str) -> None:
    """Raises ToolFailure if the namespace does not exist; passes if we may not know."""
    try:
        await cluster.get(f"/api/v1/namespaces/{namespace}", Named)
    except ApiFailure as failure:
        if failure.status == 404:
            hint = await _nearest_namespace(cluster, namespace)
            raise ToolFailure(f"there is no namespace {namespace}", hint) from failure


async def _nearest_namespace(cluster: Cluster, namespace: str) -> str:
    try:
        listed = await cluster.get("/api/v1/namespaces", NamedList, {"limit": str(_MOST)})
    except ApiFailure:
        return "Check its name."
    names = [item.metadata.name for item in listed.items]
    return suggestion(namespace, names) or f"There are: {shortlist(names)}."
