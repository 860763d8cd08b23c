"""The tools as people and models see them."""

from __future__ import annotations

from typing import Annotated, cast

from pydantic import Field, JsonValue

from ritsuko_mcp_common import Envelope, ToolFailure
from ritsuko_mcp_kubernetes import absence, description, listing, table
from ritsuko_mcp_kubernetes.apiserver import Apiserver, Json
from ritsuko_mcp_kubernetes.diagnose import Diagnosis, require_diagnosable
from ritsuko_mcp_kubernetes.discovery import Discovery, Resource
from ritsuko_mcp_kubernetes.failures import ApiserverFailure, NotFound
from ritsuko_mcp_kubernetes.listing import Output, Question
from ritsuko_mcp_kubernetes.problems import problems

Kind = Annotated[str, Field(description="any kind: plural, singular, short name (pods, deploy, svc, or of a CRD)")]
Namespace = Annotated[str, Field(description="default: the bot's own")]

_MOST_EVENTS = 100


class KubernetesTools:
    """What can be asked of one cluster."""

    def __init__(self, apiserver: Apiserver) -> None:
        self._apiserver = apiserver
        self._discovery = Discovery(apiserver)

    async def get(
        self,
        kind: Kind,
        name: Annotated[str, Field(description="one object; empty: a list")] = "",
        namespace: Namespace = "",
        all_namespaces: bool = False,
        labels: Annotated[str, Field(description="label selector: app=web,tier!=cache")] = "",
        fields: Annotated[str, Field(description="field selector: status.phase=Running")] = "",
        sort: Annotated[str, Field(description="column or field, - for descending: -restarts, .metadata.name")] = "",
        limit: Annotated[int, Field(ge=1, le=1000)] = 100,
        cursor: Annotated[str, Field(description="next_cursor of the answer before")] = "",
        output: Output = "table",
    ) -> Envelope:
        """Show Kubernetes objects of a kind, with the columns of kubectl get, or one of them whole (output=yaml).
        Values of Secrets are never shown."""
        kind, name = _split(kind, name)
        resource = await self._discovery.resolve(kind)
        namespace, warnings = self._namespace(resource, namespace, all_namespaces=all_namespaces)
        if name:
            if all_namespaces and resource.namespaced:
                raise ToolFailure("one object is in one namespace", "Give its namespace instead of all_namespaces.")
            if labels or fields or sort or cursor:
                raise ToolFailure("a name picks one object already", "Leave labels, fields, sort and cursor out.")
            envelope = await self._one(resource, name, namespace, output)
        else:
            _require(resource, "list")
            question = Question(
                resource=resource,
                namespace=namespace,
                labels=labels,
                fields=fields,
                sort=sort,
                limit=limit,
                output=output,
            )
            envelope = await listing.answer(self._apiserver, question, cursor)
            if envelope.data == [] and not cursor:
                envelope = await absence.of_list(self._apiserver, question, envelope)
        return self._sourced(envelope, warnings)

    async def describe(self, kind: Kind, name: str = "", namespace: Namespace = "") -> Envelope:
        """Describe one Kubernetes object: its fields, conditions and events; for a pod, the state of its containers."""
        kind, name = _split(kind, name)
        resource = await self._discovery.resolve(kind)
        if not name:
            raise ToolFailure(
                f"which {resource.singular}?",
                f"Give its name: describe {kind} NAME. To see them: get {resource.plural}.",
            )
        namespace, warnings = self._namespace(resource, namespace, all_namespaces=False)
        item = description.subject(listing.whole(await self._object(resource, name, namespace), resource))
        events: list[Json] = []
        try:
            events = await self._events(item)
        except ApiserverFailure as error:
            warnings.append(f"its events could not be read: {error.message}")
        data = cast(JsonValue, {"object": item, "events": events, "now": description.utc_now()})
        where = f" in namespace {namespace}" if resource.namespaced else ""
        envelope = Envelope(
            summary=f"{resource.kind} {name}{where}" + ("" if events else ", no recent events"),
            data=cast("dict[str, JsonValue]", data),
            untrusted=True,
        ).written_by(description.write)
        return self._sourced(envelope, warnings)

    async def diagnose(self, kind: Kind, name: str = "", namespace: Namespace = "") -> Envelope:
        """Why does it not work? Looks into a pod or a workload (deployment, statefulset, daemonset, job) in one go:
        verdict, evidence from status, events, the previous log, limits, node and missing references; next steps."""
        kind, name = _split(kind, name)
        resource = await self._discovery.resolve(kind)
        require_diagnosable(resource)
        if not name:
            raise ToolFailure(
                f"which {resource.singular}?", f"Give its name: diagnose {kind} NAME. What is wrong anywhere: problems."
            )
        namespace, warnings = self._namespace(resource, namespace, all_namespaces=False)
        item = await self._object(resource, name, namespace)
        return self._sourced(await Diagnosis(self._apiserver, self._discovery).of(item, resource), warnings)

    async def problems(self, namespace: Namespace = "", all_namespaces: bool = False) -> Envelope:
        """What is wrong in a namespace or, with all_namespaces, in the whole cluster: pods, workloads, jobs, services,
        claims, nodes. Worst first, each with its cause."""
        if all_namespaces and namespace:
            raise ToolFailure("namespace and all_namespaces contradict each other", "Give one of them.")
        where = "" if all_namespaces else namespace or self._apiserver.namespace
        if where and (missing := await absence.of_namespace(self._apiserver, where)) is not None:
            raise missing
        return self._sourced(await problems(self._apiserver, self._discovery, where), [])

    async def _one(self, resource: Resource, name: str, namespace: str, output: Output) -> Envelope:
        if output in ("yaml", "json"):
            item = await self._object(resource, name, namespace)
            summary = f"{resource.kind} {name}" + (f" in namespace {namespace}" if resource.namespaced else "")
            envelope = Envelope(summary=summary, data=listing.whole(item, resource), untrusted=True)
            return listing.written(envelope, output)
        body = await self._object(resource, name, namespace, accept=table.ACCEPT)
        rows = [line.row for line in table.lines(body, wide=output == "wide", with_namespace=False)]
        where = f" in namespace {namespace}" if resource.namespaced else ""
        return Envelope(summary=f"{resource.kind} {name}{where}", data=rows, total=len(rows), untrusted=True)

    async def _object(self, resource: Resource, name: str, namespace: str, *, accept: str = "application/json") -> Json:
        _require(resource, "get")
        try:
            return await self._apiserver.get(resource.path(namespace=namespace, name=name), accept=accept)
        except NotFound as error:
            raise await absence.of_object(self._apiserver, resource, name, namespace) from error

    async def _events(self, item: Json) -> list[Json]:
        """Events about an object. Those of cluster-wide objects are kept in the namespace default."""
        metadata = cast(Json, item["metadata"])
        events = Resource("", "v1", "events", "event", "Event", namespaced=True)
        selector = [f"involvedObject.name={metadata['name']}", f"involvedObject.kind={item['kind']}"]
        # A node's events carry its name where other objects have their uid.
        if metadata.get("namespace"):
            selector.append(f"involvedObject.uid={metadata.get('uid')}")
        path = events.path(namespace=str(metadata.get("namespace") or "default"))
        found = await self._apiserver.get(path, {"fieldSelector": ",".join(selector), "limit": str(_MOST_EVENTS)})
        return cast("list[Json]", found.get("items") or [])

    def _namespace(self, resource: Resource, namespace: str, *, all_namespaces: bool) -> tuple[str, list[str]]:
        """The namespace to ask in (empty: all, or none), and what to warn of."""
        if not resource.namespaced:
            return "", [f"{resource.plural} belong to no namespace: namespace was ignored"] if namespace else []
        if all_namespaces:
            if namespace:
                raise ToolFailure("namespace and all_namespaces contradict each other", "Give one of them.")
            return "", []
        return namespace or self._apiserver.namespace, []

    def _sourced(self, envelope: Envelope, warnings: list[str]) -> Envelope:
        envelope.source = f"kubernetes: {self._apiserver.name}"
        envelope.warnings = [*envelope.warnings, *warnings]
        return envelope


def _split(kind: str, name: str) -> tuple[str, str]:
    """`pod/web-1` is a pod named web-1."""
    if "," in kind:
        raise ToolFailure(f"{kind[:100]!r} is more than one kind", "Ask for one kind at a time.")
    if "/" not in kind:
        return kind, name.strip()
    if name:
        raise ToolFailure(f"{kind[:100]!r} has a name in it already", "Give kind and name, or kind/name.")
    kind, _, name = kind.partition("/")
    return kind, name.strip()


def _require(resource: Resource, verb: str) -> None:
    if verb not in resource.verbs:
        what = "listed" if verb == "list" else "read one by one"
        raise ToolFailure(f"{resource.plural} cannot be {what}", f"They offer: {', '.join(sorted(resource.verbs))}.")
