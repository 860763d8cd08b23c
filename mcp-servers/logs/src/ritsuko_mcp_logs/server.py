"""The server: its settings, its one tool, and how it is put to callers."""

import time
from importlib.metadata import version
from typing import Annotated, Literal

from pydantic import Field

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.server import Service
from ritsuko_mcp_common.tool import read_tool

from .cluster import Cluster
from .question import Question
from .search import search as search_logs
from .settings import LogsSettings
from .sources.podlogs.podlogs import PodLogs
from .sources.registry import Sources
from .sources.source import Order


def build(settings: LogsSettings) -> Service:
    """The service for these settings; the cluster is looked for at the first call."""
    cluster = Cluster()
    sources = Sources([PodLogs(cluster, settings)])

    async def search(
        text: Annotated[str, Field(max_length=1000, description="text to find; empty: every line")] = "",
        namespace: Annotated[str, Field(description="default: the server's own")] = "",
        pod: Annotated[str, Field(description="name, its beginning, or a pattern with *")] = "",
        container: Annotated[str, Field(description="default: all")] = "",
        level: Annotated[
            Literal["", "debug", "info", "warn", "error", "fatal"], Field(description="least level a line must state")
        ] = "",
        since: Annotated[str, Field(description="30m, 2d or a time like 2026-01-31T14:00:00Z")] = "1h",
        labels: Annotated[str, Field(description="label selector for pods, like app=web,tier!=db")] = "",
        regex: Annotated[bool, Field(description="text is a regular expression (RE2)")] = False,
        context: Annotated[int, Field(ge=0, le=10, description="lines before and after each match")] = 0,
        previous: Annotated[bool, Field(description="the run before the last restart")] = False,
        order: Order = "newest",
        case_sensitive: bool = False,
        limit: Annotated[int, Field(ge=1, le=500, description="most matches to return")] = 50,
        cursor: Annotated[str, Field(description="next_cursor of the answer to go on after")] = "",
    ) -> Envelope:
        """Search the logs of a namespace's pods for a text or regular expression, by level, pod, labels or time.
        Says how much was read and what was not."""
        question = Question(
            text=text,
            namespace=namespace,
            pod=pod,
            labels=labels,
            container=container,
            level=level,
            since=since,
            regex=regex,
            case_sensitive=case_sensitive,
            previous=previous,
            context=context,
            order=order,
            limit=limit,
        )
        return await search_logs(sources, question, cursor, now=time.time())

    return Service(
        name="logs",
        version=version("ritsuko-mcp-logs"),
        instructions="Searches the logs of Kubernetes pods.",
        settings=settings,
        tools=[read_tool(search, title="Search pod logs")],
        backend=sources,
    )
