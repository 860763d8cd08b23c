"""Which kinds the cluster knows, by any of the names people use for them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from ritsuko_common.nearest import nearest
from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_kubernetes.api.client import Json, KubernetesClient, segment

# Aggregated discovery: all kinds in two requests.
# https://kubernetes.io/docs/concepts/overview/kubernetes-api/#aggregated-discovery
_ACCEPT = ",".join(
    f"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList" for version in ("v2", "v2beta1")
)
_FRESH_SECONDS = 300.0
_RELOAD_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Resource:
    """A kind that can be read."""

    group: str
    version: str
    plural: str
    singular: str
    kind: str
    namespaced: bool
    short_names: tuple[str, ...] = ()
    verbs: frozenset[str] = frozenset()

    @property
    def api_version(self) -> str:
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, *, namespace: str = "", name: str = "") -> str:
        """The path of one object, or of the list; without a namespace, the list of the whole cluster."""
        parts = ["apis", self.group, self.version] if self.group else ["api", self.version]
        if self.namespaced and namespace:
            parts += ["namespaces", segment(namespace, "namespace")]
        parts.append(self.plural)
        if name:
            parts.append(segment(name, self.singular))
        return "/" + "/".join(parts)

    def names(self) -> Iterator[str]:
        """All names this kind answers to, lower case."""
        for name in (self.plural, self.singular, self.kind.lower()):
            yield name
            if self.group:
                yield f"{name}.{self.group}"
                yield f"{name}.{self.version}.{self.group}"
        yield from self.short_names


class Discovery:
    """The kinds of one cluster, kept for five minutes; asked again when a name is not among them."""

    def __init__(self, client: KubernetesClient) -> None:
        self._client = client
        self._resources: list[Resource] = []
        self._by_name: dict[str, Resource] = {}
        self._loaded = float("-inf")
        self._loading = asyncio.Lock()

    async def resolve(self, kind: str) -> Resource:
        """The kind that `kind` names: plural, singular, short name, kind, also with its group (`pods.metrics.k8s.io`).

        Raises `ToolFailure` with the nearest names for one that the cluster does not have.
        """
        wanted = kind.strip().lower()
        await self._load(max_age=_FRESH_SECONDS)
        if wanted not in self._by_name:
            await self._load(max_age=_RELOAD_SECONDS)
        found = self._by_name.get(wanted)
        if found is not None:
            return found
        if wanted == "all":
            raise ToolFailure("'all' is not a kind", "Ask for one kind at a time: pods, deployments, services, ...")
        close = list(dict.fromkeys(self._by_name[name].plural for name in nearest(wanted, self._by_name, limit=6)))[:3]
        hint = (
            f"Did you mean {', '.join(close)}?" if close else "Common ones: pods, deployments, services, nodes, events."
        )
        raise ToolFailure(f"this cluster has no kind {kind[:100]!r}", hint)

    async def _load(self, *, max_age: float) -> None:
        async with self._loading:
            if time.monotonic() - self._loaded < max_age:
                return
            core, groups = await asyncio.gather(
                self._client.get("/api", accept=_ACCEPT), self._client.get("/apis", accept=_ACCEPT)
            )
            if core.get("kind") != "APIGroupDiscoveryList":
                raise ToolFailure(
                    "this API server is too old for aggregated discovery", "Kubernetes 1.27 or later is required."
                )
            self._resources = [*parse(core), *parse(groups)]
            self._by_name = _index(self._resources)
            self._loaded = time.monotonic()


def parse(discovery: Json) -> Iterator[Resource]:
    """The readable kinds of an `APIGroupDiscoveryList`, in the order the API server prefers them."""
    for group in _objects(discovery.get("items")):
        for version in _objects(group.get("versions")):
            for entry in _objects(version.get("resources")):
                verbs = frozenset(cast("list[str]", entry.get("verbs") or []))
                plural = str(entry.get("resource", ""))
                if not verbs & {"get", "list"} or not plural:
                    continue
                yield Resource(
                    group=str(group.get("metadata", {}).get("name") or ""),
                    version=str(version.get("version", "")),
                    plural=plural,
                    singular=str(entry.get("singularResource") or plural).lower(),
                    kind=str(entry.get("responseKind", {}).get("kind") or plural),
                    namespaced=entry.get("scope") == "Namespaced",
                    short_names=tuple(cast("list[str]", entry.get("shortNames") or [])),
                    verbs=verbs,
                )


def _index(resources: Iterable[Resource]) -> dict[str, Resource]:
    """Names to kinds. Where several kinds share a name, the first that the API server lists has it, as with kubectl."""
    index: dict[str, Resource] = {}
    for resource in resources:
        for name in resource.names():
            index.setdefault(name, resource)
    return index


def _objects(value: Any) -> list[Json]:
    return cast("list[Json]", value or [])
