"""The tools that tell what logs mean, as callers see them."""

import time
from collections.abc import Callable
from typing import Annotated

from mcp.server.mcpserver.tools import Tool
from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.tool import read_tool
from ritsuko_mcp_logs.analysis.scope import Scope
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.phrases import arguments
from ritsuko_mcp_logs.query.patterns import pods_named
from ritsuko_mcp_logs.settings import LogsSettings, alert_settings
from ritsuko_mcp_logs.sources.registry import Sources
from ritsuko_mcp_logs.tools.compare import compare as compare_windows
from ritsuko_mcp_logs.tools.error import error as one_error
from ritsuko_mcp_logs.tools.errors import Lines
from ritsuko_mcp_logs.tools.errors import errors as all_errors
from ritsuko_mcp_logs.tools.incident import incident as time_line
from ritsuko_mcp_logs.tools.search_tools import Labels, Namespace, Pod, Since, offering
from ritsuko_mcp_logs.tools.trace import By
from ritsuko_mcp_logs.tools.trace import trace as follow

Limit = Annotated[int, Field(ge=1, le=500)]


def insight_tools(
    sources: Sources, cluster: Cluster, settings: LogsSettings, *, clock: Callable[[], float] = time.time
) -> list[Tool]:
    """Them all."""
    tools = InsightTools(sources, cluster, settings, clock=clock)
    found = [
        read_tool(tools.errors, title="See what goes wrong"),
        read_tool(tools.error, title="Look into one error"),
        read_tool(tools.trace, title="Follow a request"),
        read_tool(tools.compare, title="See what changed in the logs"),
        read_tool(tools.incident, title="See an incident on one time line"),
    ]
    return [offering(sources, tool) for tool in found]


class InsightTools:
    """What can be asked, over the configured sources."""

    def __init__(
        self, sources: Sources, cluster: Cluster, settings: LogsSettings, *, clock: Callable[[], float]
    ) -> None:
        self._sources = sources
        self._cluster = cluster
        self._settings = settings
        self._clock = clock

    async def errors(
        self,
        namespace: Namespace = "",
        pod: Pod = "",
        since: Since = "1h",
        until: str = "now",
        lines: Annotated[Lines, Field(description="all: every message, errors or not")] = "errors",
        labels: Labels = "",
        limit: Limit = 30,
        source: str = "",
    ) -> Envelope:
        """What goes wrong: every error once, with its fingerprint and count, new and rising ones first, compared with
        as long a time before. Stack traces count as one."""
        scope = self._scope(namespace, pod, labels, source)
        return await all_errors(scope, since=since, until=until, of=lines, limit=limit, now=self._clock())

    async def error(
        self,
        fingerprint: Annotated[str, Field(max_length=100, description="as errors shows it", examples=["3f9a1c07e2"])],
        namespace: Namespace = "",
        pod: Pod = "",
        since: Since = "6h",
        labels: Labels = "",
        source: str = "",
    ) -> Envelope:
        """One error: examples with their stack traces, where, first and last seen, its course."""
        scope = self._scope(namespace, pod, labels, source)
        return await one_error(scope, fingerprint, since=since, now=self._clock())

    async def trace(
        self,
        id: Annotated[
            str, Field(max_length=200, description="request or trace id, exactly as written", examples=["4f1c2ab9"])
        ],
        namespace: Namespace = "",
        pod: Pod = "",
        since: Since = "1h",
        by: Annotated[By, Field(description="order: times as written, or put right where clocks disagree")] = "clock",
        labels: Labels = "",
        limit: Limit = 200,
        source: str = "",
    ) -> Envelope:
        """Follow a request through all pods by its id, in time order. Names gaps and clocks that must be wrong."""
        scope = self._scope(namespace, pod, labels, source)
        return await follow(scope, id, since=since, by=by, limit=limit, now=self._clock())

    async def compare(
        self,
        namespace: Namespace = "",
        pod: Pod = "",
        since: Since = "1h",
        until: str = "now",
        before: Annotated[str, Field(description="how much earlier: 1d, 7d; empty: just before")] = "",
        lines: Lines = "all",
        labels: Labels = "",
        limit: Limit = 50,
        source: str = "",
    ) -> Envelope:
        """What is logged now against then: messages that are new, gone, rising or falling by more than chance."""
        scope = self._scope(namespace, pod, labels, source)
        return await compare_windows(
            scope, since=since, until=until, before=before, of=lines, limit=limit, now=self._clock()
        )

    async def incident(
        self,
        namespace: Namespace = "",
        since: Since = "30m",
        until: str = "now",
        pod: Pod = "",
        labels: Labels = "",
        limit: Limit = 100,
        source: str = "",
    ) -> Envelope:
        """New and rising errors, Kubernetes events and alerts of a window on one time line."""
        scope = self._scope(namespace, pod, labels, source)
        return await time_line(
            scope,
            self._cluster,
            alert_settings(self._settings),
            since=since,
            until=until,
            limit=limit,
            now=self._clock(),
        )

    def _scope(self, namespace: str, pod: str, labels: str, source: str) -> Scope:
        return Scope(
            source=self._sources.choose(source),
            seconds=self._settings.reading_seconds,
            namespace=namespace,
            pod=pods_named(pod),
            labels=labels,
            asked=arguments(namespace=namespace, pod=pod, labels=labels, source=source),
        )
