"""The tools as people and models see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, cast

from pydantic import Field, JsonValue

from ritsuko_mcp_common import Envelope, ToolFailure, suggestion
from ritsuko_mcp_kubernetes import events, logs, nodes, relations, rights, rollout, single
from ritsuko_mcp_kubernetes import problems as survey
from ritsuko_mcp_kubernetes import top as metrics
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure
from ritsuko_mcp_kubernetes.diagnose import Diagnosis, require_diagnosable
from ritsuko_mcp_kubernetes.listing import pages
from ritsuko_mcp_kubernetes.listing.pages import Output, Question
from ritsuko_mcp_kubernetes.lookup import not_found
from ritsuko_mcp_kubernetes.lookup.cluster import Cluster, require, split
from ritsuko_mcp_kubernetes.objects import description

_KINDS = "any kind: plural, singular, short name (pods, deploy, svc, or of a CRD)"
Kind = Annotated[str, Field(description=_KINDS, examples=["pods"])]
KindOfOne = Annotated[str, Field(description=_KINDS, examples=["deployment/web"])]
Name = Annotated[str, Field(description="its name; or write kind/name")]
Namespace = Annotated[str, Field(description="default: the bot's own")]
Context = Annotated[str, Field(description="which cluster; default: the first")]
Limit = Annotated[int, Field(ge=1, le=1000)]


class KubernetesTools:
    """What can be asked. `clusters` by context, the default one first."""

    def __init__(self, clusters: Mapping[str, Cluster]) -> None:
        self._clusters = clusters

    async def get(
        self,
        kind: Kind,
        name: Annotated[str, Field(description="one object; empty: a list")] = "",
        namespace: Namespace = "",
        all_namespaces: bool = False,
        labels: Annotated[str, Field(description="label selector: app=web,tier!=cache")] = "",
        fields: Annotated[str, Field(description="field selector: status.phase=Running")] = "",
        sort: Annotated[str, Field(description="column or field, - for descending: -restarts, .metadata.name")] = "",
        limit: Limit = 100,
        cursor: Annotated[str, Field(description="next_cursor of the answer before")] = "",
        output: Output = "table",
        context: Context = "",
    ) -> Envelope:
        """Show Kubernetes objects of a kind, with the columns of kubectl get, or one of them whole (output=yaml).
        Values of Secrets are never shown."""
        cluster = self._cluster(context)
        kind, name = split(kind, name)
        resource = await cluster.discovery.resolve(kind)
        namespace, warnings = cluster.within(resource, namespace, all_namespaces=all_namespaces)
        if name:
            if all_namespaces and resource.namespaced:
                raise ToolFailure("one object is in one namespace", "Give its namespace instead of all_namespaces.")
            if labels or fields or sort or cursor:
                raise ToolFailure("a name picks one object already", "Leave labels, fields, sort and cursor out.")
            return _sourced(await single.answer(cluster, resource, name, namespace, output), cluster, warnings)
        require(resource, "list")
        question = Question(
            resource=resource,
            namespace=namespace,
            labels=labels,
            fields=fields,
            sort=sort,
            limit=limit,
            output=output,
        )
        envelope = await pages.answer(cluster.client, question, cursor)
        if envelope.data == [] and not cursor:
            envelope = await not_found.of_list(cluster.client, question, envelope)
        return _sourced(envelope, cluster, warnings)

    async def describe(
        self, kind: KindOfOne, name: Name = "", namespace: Namespace = "", context: Context = ""
    ) -> Envelope:
        """Describe one Kubernetes object: its fields, conditions and events; for a pod, the state of its containers."""
        cluster = self._cluster(context)
        found, resource, warnings = await cluster.named(kind, name, namespace, tool="describe")
        item = description.subject(pages.whole(found, resource))
        about: list[Json] = []
        try:
            about = await cluster.events_of(item)
        except ApiServerFailure as error:
            warnings.append(f"its events could not be read: {error.message}")
        data = cast(JsonValue, {"object": item, "events": about, "now": description.utc_now()})
        metadata = cast(Json, item["metadata"])
        where = f" in namespace {metadata['namespace']}" if metadata.get("namespace") else ""
        envelope = Envelope(
            summary=f"{resource.kind} {metadata['name']}{where}" + ("" if about else ", no recent events"),
            data=cast("dict[str, JsonValue]", data),
            untrusted=True,
        ).written_by(description.write)
        return _sourced(envelope, cluster, warnings)

    async def diagnose(
        self, kind: KindOfOne, name: Name = "", namespace: Namespace = "", context: Context = ""
    ) -> Envelope:
        """Why does it not work? Looks into a pod or a workload (deployment, statefulset, daemonset, job) in one go:
        verdict, evidence from status, events, the previous log, limits, node and missing references; next steps."""
        cluster = self._cluster(context)
        require_diagnosable(await cluster.discovery.resolve(split(kind, name)[0]))
        item, resource, warnings = await cluster.named(kind, name, namespace, tool="diagnose")
        envelope = await Diagnosis(cluster.client, cluster.discovery).of(item, resource)
        return _sourced(envelope, cluster, warnings)

    async def problems(
        self, namespace: Namespace = "", all_namespaces: bool = False, context: Context = ""
    ) -> Envelope:
        """What is wrong in a namespace or, with all_namespaces, in the whole cluster: pods, workloads, jobs, services,
        claims, nodes. Worst first, each with its cause."""
        cluster = self._cluster(context)
        where = await cluster.namespace(namespace, all_namespaces=all_namespaces)
        return _sourced(await survey.problems(cluster.client, cluster.discovery, where), cluster)

    async def events(
        self,
        about: Annotated[str, Field(description="an object's name, or kind/name; empty: everything")] = "",
        namespace: Namespace = "",
        since: Annotated[str, Field(description="how far back: 30m, 2h")] = "1h",
        type: events.Type = "all",
        all_namespaces: bool = False,
        limit: Limit = 50,
        context: Context = "",
    ) -> Envelope:
        """What happened lately: events, the newest first, the same thing told once with its count."""
        cluster = self._cluster(context)
        where = await cluster.namespace(namespace, all_namespaces=all_namespaces)
        envelope = await events.events(
            cluster.client, cluster.discovery, about=about, namespace=where, since=since, of_type=type, limit=limit
        )
        return _sourced(envelope, cluster)

    async def logs(
        self,
        name: Annotated[str, Field(description="a pod, or kind/name", examples=["deployment/web"])],
        container: Annotated[str, Field(description="default: the pod's main one")] = "",
        namespace: Namespace = "",
        lines: Annotated[int, Field(ge=1, le=2000, description="of each pod")] = 100,
        since: Annotated[str, Field(description="only the last 10m, 2h")] = "",
        previous: Annotated[bool, Field(description="of the container before its last restart")] = False,
        context: Context = "",
    ) -> Envelope:
        """The newest log lines of a pod, or of the pods of a workload."""
        cluster = self._cluster(context)
        kind = name if "/" in name else f"pod/{name}"
        item, resource, warnings = await cluster.named(kind, "", namespace, tool="logs")
        envelope = await logs.logs(
            cluster.client,
            cluster.discovery,
            item,
            resource,
            container=container,
            lines=lines,
            since=since,
            previous=previous,
        )
        return _sourced(envelope, cluster, warnings)

    async def nodes(self, context: Context = "") -> Envelope:
        """The nodes: state, pressure, version, and how much of them is requested by pods."""
        cluster = self._cluster(context)
        return _sourced(await nodes.nodes(cluster.client, cluster.discovery), cluster)

    async def top(
        self,
        of: metrics.Of = "pods",
        namespace: Namespace = "",
        by: metrics.By = "memory",
        all_namespaces: bool = False,
        limit: Limit = 20,
        context: Context = "",
    ) -> Envelope:
        """What pods or nodes use now, the highest first, beside what they may use."""
        cluster = self._cluster(context)
        where = "" if of == "nodes" else await cluster.namespace(namespace, all_namespaces=all_namespaces)
        return _sourced(await metrics.top(cluster.client, cluster.discovery, of, where, by, limit), cluster)

    async def relations(
        self, kind: KindOfOne, name: Name = "", namespace: Namespace = "", context: Context = ""
    ) -> Envelope:
        """What an object belongs to, makes, uses and is reached by: owners, pods, services, mounts, rules."""
        cluster = self._cluster(context)
        item, resource, warnings = await cluster.named(kind, name, namespace, tool="relations")
        envelope = await relations.relations(cluster.client, cluster.discovery, item, resource)
        return _sourced(envelope, cluster, warnings)

    async def rollout(
        self, kind: KindOfOne, name: Name = "", namespace: Namespace = "", context: Context = ""
    ) -> Envelope:
        """The rollout of a deployment, statefulset or daemonset: how far it is, its revisions, what each changed."""
        cluster = self._cluster(context)
        item, resource, warnings = await cluster.named(kind, name, namespace, tool="rollout")
        envelope = await rollout.rollout(cluster.client, cluster.discovery, item, resource)
        return _sourced(envelope, cluster, warnings)

    async def can_i(
        self,
        verb: Literal["get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "*"],
        kind: Annotated[str, Field(description="a kind, or kind/subresource", examples=["pods/exec"])],
        name: str = "",
        namespace: Namespace = "",
        all_namespaces: bool = False,
        context: Context = "",
    ) -> Envelope:
        """Whether you may do something in the cluster, by its own rules. Asks only; nothing is done."""
        cluster = self._cluster(context)
        kind, _, subresource = kind.partition("/")
        resource = await cluster.discovery.resolve(kind)
        namespace, warnings = cluster.within(resource, namespace, all_namespaces=all_namespaces)
        envelope = await rights.can_i(
            cluster.client, resource, verb=verb, subresource=subresource, name=name, namespace=namespace
        )
        return _sourced(envelope, cluster, warnings)

    def _cluster(self, context: str) -> Cluster:
        if not context:
            return next(iter(self._clusters.values()))
        if context not in self._clusters:
            raise ToolFailure(
                f"there is no cluster {context[:60]!r}",
                suggestion(context, self._clusters) or f"There are: {', '.join(self._clusters)}.",
            )
        return self._clusters[context]


def _sourced(envelope: Envelope, cluster: Cluster, warnings: list[str] | None = None) -> Envelope:
    envelope.source = f"kubernetes: {cluster.client.name}"
    envelope.warnings = [*envelope.warnings, *(warnings or [])]
    return envelope
