"""One cluster, and how the objects in it are found by what people type."""

from __future__ import annotations

from typing import cast

from ritsuko_mcp_common import Envelope, ToolFailure
from ritsuko_mcp_kubernetes.api import field_selectors
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient
from ritsuko_mcp_kubernetes.api.discovery import Discovery, Resource
from ritsuko_mcp_kubernetes.api.failures import NotFound
from ritsuko_mcp_kubernetes.lookup import not_found

_MOST_EVENTS = 100


class Cluster:
    """An API server and the kinds that it knows."""

    def __init__(self, client: KubernetesClient) -> None:
        self.client = client
        self.discovery = Discovery(client)

    async def named(self, kind: str, name: str, namespace: str, *, tool: str) -> tuple[Json, Resource, list[str]]:
        """The one object that a tool was asked about, its kind, and what to warn of. Raises `ToolFailure`."""
        kind, name = split(kind, name)
        resource = await self.discovery.resolve(kind)
        if not name:
            raise ToolFailure(
                f"no name of a {resource.singular} was given",
                f"Give its name: {tool} {kind} NAME. To list them: get {resource.plural}.",
            )
        namespace, warnings = self.within(resource, namespace, all_namespaces=False)
        return await self.object(resource, name, namespace), resource, warnings

    async def object(self, resource: Resource, name: str, namespace: str, *, accept: str = "application/json") -> Json:
        """One object. Raises `ToolFailure`, with the closest names if there is none of that name."""
        require(resource, "get")
        try:
            return await self.client.get(resource.path(namespace=namespace, name=name), accept=accept)
        except NotFound as error:
            raise await not_found.of_object(self.client, resource, name, namespace) from error

    async def namespace(self, namespace: str, *, all_namespaces: bool) -> str:
        """The namespace to look in, empty for all. Raises `ToolFailure` for one that does not exist."""
        if all_namespaces:
            if namespace:
                raise _contradiction()
            return ""
        namespace = namespace or self.client.namespace
        if (missing := await not_found.of_namespace(self.client, namespace)) is not None:
            raise missing
        return namespace

    def within(self, resource: Resource, namespace: str, *, all_namespaces: bool) -> tuple[str, list[str]]:
        """The namespace to ask for a kind in (empty: all, or none), and what to warn of."""
        if not resource.namespaced:
            return "", [f"{resource.plural} are cluster-scoped: namespace was ignored"] if namespace else []
        if all_namespaces:
            if namespace:
                raise _contradiction()
            return "", []
        return namespace or self.client.namespace, []

    async def events_of(self, item: Json) -> list[Json]:
        """Events about an object. Those of cluster-wide objects are kept in the namespace default."""
        metadata = cast(Json, item["metadata"])
        events = Resource("", "v1", "events", "event", "Event", namespaced=True)
        about = {"involvedObject.name": metadata["name"], "involvedObject.kind": item["kind"]}
        # A node's events carry its name where other objects have their uid.
        if metadata.get("namespace"):
            about["involvedObject.uid"] = metadata.get("uid")
        path = events.path(namespace=str(metadata.get("namespace") or "default"))
        found = await self.client.get(
            path, {"fieldSelector": field_selectors.equals(about), "limit": str(_MOST_EVENTS)}
        )
        return cast("list[Json]", found.get("items") or [])

    def sourced(self, envelope: Envelope, warnings: list[str]) -> Envelope:
        """The envelope with this cluster as its source, and these warnings after its own."""
        envelope.source = f"kubernetes: {self.client.name}"
        envelope.warnings = [*envelope.warnings, *warnings]
        return envelope


def split(kind: str, name: str) -> tuple[str, str]:
    """`pod/web-1` is a pod named web-1."""
    if "," in kind:
        raise ToolFailure(f"{kind[:100]!r} is more than one kind", "Ask for one kind at a time.")
    if "/" not in kind:
        return kind, name.strip()
    if name:
        raise ToolFailure(f"{kind[:100]!r} already includes a name", "Give kind and name, or kind/name.")
    kind, _, name = kind.partition("/")
    return kind, name.strip()


def require(resource: Resource, verb: str) -> None:
    """Raises `ToolFailure` for a kind that cannot be read in this way."""
    if verb not in resource.verbs:
        what = "listed" if verb == "list" else "read one by one"
        raise ToolFailure(
            f"{resource.plural} cannot be {what}", f"Supported verbs: {', '.join(sorted(resource.verbs))}."
        )


def _contradiction() -> ToolFailure:
    return ToolFailure("namespace and all_namespaces are mutually exclusive", "Give one of them.")
