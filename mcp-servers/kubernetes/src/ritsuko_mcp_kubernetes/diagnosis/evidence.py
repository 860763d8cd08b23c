"""What the API server knows about an object that is diagnosed: its pods, events, references, last log and node."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import TypeVar

from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_kubernetes.api.client import Json, segment
from ritsuko_mcp_kubernetes.api.events import warning_events
from ritsuko_mcp_kubernetes.api.failures import ApiServerFailure, NotFound
from ritsuko_mcp_kubernetes.api.log_tail import tail
from ritsuko_mcp_kubernetes.api.pagination import items
from ritsuko_mcp_kubernetes.diagnosis import event_causes, report
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Subject
from ritsuko_mcp_kubernetes.diagnosis.references import Reference, references
from ritsuko_mcp_kubernetes.lookup.cluster import Cluster
from ritsuko_mcp_kubernetes.objects.fields import at, selector_of

T = TypeVar("T")

_MOST_PODS = 500
_MOST_EVENTS = 500
_LOG_LINES = 15
_METADATA = "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"


class Evidence:
    """Reads from one cluster; what could not be read is in `warnings`."""

    def __init__(self, cluster: Cluster, warnings: list[str]) -> None:
        self._client = cluster.client
        self._discovery = cluster.discovery
        self.warnings = warnings

    async def pods(self, item: Json, namespace: str) -> list[Json]:
        selector = selector_of(at(item, "spec", "selector"))
        if not selector:
            return []
        resource = await self._discovery.resolve("pods")
        query = {"labelSelector": selector}
        return await items(self._client, resource, namespace, query, most=_MOST_PODS, warnings=self.warnings)

    async def warning_messages(self, namespace: str, about: Sequence[Subject]) -> list[str]:
        reading = warning_events(self._client, self._discovery, namespace, most=_MOST_EVENTS, warnings=self.warnings)
        return event_causes.warning_messages(await self._try("events", reading) or [], *about)[:8]

    async def missing_references(self, pod: Json | None, namespace: str) -> list[str]:
        """The references of the pod that lead nowhere."""
        if pod is None:
            return []
        wanted = list(references(pod))
        there = await asyncio.gather(*(self._exists(reference, namespace) for reference in wanted))
        return [str(reference) for reference, found in zip(wanted, there, strict=True) if found is False]

    async def _exists(self, reference: Reference, namespace: str) -> bool | None:
        """None where we may not look."""
        resource = await self._discovery.resolve(reference.plural)
        try:
            # Metadata only: what is in a Secret or ConfigMap is nobody's business here.
            path = resource.path(namespace=namespace, name=reference.name)
            await self._client.get(path, accept=_METADATA)
        except NotFound:
            return False
        except ApiServerFailure as error:
            if error.status == 403:
                return None  # the pod's events name what is missing just as well
            raise
        return True

    async def last_log(self, findings: Sequence[Finding], namespace: str) -> str:
        """The last lines of the container that ended, before it ended."""
        for finding in findings:
            if finding.container and finding.reason in ("CrashLoop", "OutOfMemory", "Restarted", "Failed"):
                pods = await self._discovery.resolve("pods")
                path = f"{pods.path(namespace=namespace, name=finding.subject.name)}/log"
                query = {"container": segment(finding.container, "container")}
                if finding.reason != "Failed":
                    query["previous"] = "true"
                text = await self._try("its log", tail(self._client, path, query, lines=_LOG_LINES))
                # as one text: a secret may stretch over lines, and is redacted after this
                return "\n".join((text or "").splitlines()[-_LOG_LINES:])
        return ""

    async def node(self, pod: Json | None) -> str:
        name = at(pod or {}, "spec").get("nodeName")
        if not name:
            return ""
        resource = await self._discovery.resolve("nodes")
        node = await self._try("its node", self._client.get(resource.path(name=str(name))))
        if node is None:
            return str(name)
        return report.node(node)

    async def _try(self, what: str, question: Awaitable[T]) -> T | None:
        """An answer that the diagnosis can do without: a node that is away answers for its logs with 500."""
        try:
            return await question
        except ToolFailure as error:
            self._warn(f"{what} could not be read: {error.message}")
            return None

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)
