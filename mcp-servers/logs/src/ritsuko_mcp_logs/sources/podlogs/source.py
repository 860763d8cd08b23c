"""The pod logs API as a source: every container's log as a stream, filtered by nobody but us."""

import math
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_logs.cluster import ApiFailure, Cluster
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.lines.stream import blocks, not_read
from ritsuko_mcp_logs.phrases import counted, named_namespace
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.coverage import LOG_IS_GONE, Coverage, Gap
from ritsuko_mcp_logs.sources.fan_in import Put, fan_in
from ritsuko_mcp_logs.sources.podlogs.container_selection import select
from ritsuko_mcp_logs.sources.podlogs.pod_lookup import find_pods
from ritsuko_mcp_logs.sources.podlogs.settings import PodLogsSettings
from ritsuko_mcp_logs.sources.podlogs.time_window import TimeWindow

_NOT_ALLOWED = "not allowed to get pods/log"
_BEYOND = "the part of a line beyond 256 KiB"
# What the kubelet writes, with status 200, instead of the log of a container that it has removed.
_NO_LOG = b"unable to retrieve container logs for "


@dataclass(slots=True)
class _Progress:
    """How far the reading of one container got; `problem` says why not to its end."""

    target: Origin
    lines: int = 0
    bytes: int = 0
    cut: int = 0
    """Lines of which only the beginning was read."""
    problem: str = ""


class PodLogs:
    """The logs that the nodes keep of the containers that are there now, and of the run before."""

    name = "pods"
    index = None

    def __init__(
        self, cluster: Cluster, settings: PodLogsSettings, *, seconds: float, clock: Callable[[], float] = time.time
    ) -> None:
        self._cluster = cluster
        self._settings = settings
        self._seconds = seconds
        self._clock = clock

    async def read(self, query: Query, coverage: Coverage) -> AsyncGenerator[Batch]:
        """See `Source.read`."""
        namespace = query.namespace or await self._cluster.namespace()
        coverage.namespace = namespace
        coverage.origin = f"pod logs of {named_namespace(namespace)}"
        pods = await find_pods(self._cluster, namespace, query)
        coverage.retention_note = (
            "Nodes keep only the newest part of a long log; older lines exist only in a log store."
        )
        coverage.matched_pods = len(pods.items)
        if not pods.items:
            which = f" with labels {query.labels}" if query.labels else ""
            coverage.empty_reason = f"There are no pods{which} in {named_namespace(namespace)}."
        selection = select(
            pods.items,
            container=query.container,
            previous=query.previous,
            limit=self._settings.logs_max_containers,
        )
        progress = [_Progress(target) for target in selection.targets]
        seconds = query.seconds or self._seconds
        if query.follow:
            seconds = min(seconds, max(0.0, query.until - self._clock()))

        def late(index: int) -> None:
            if not query.follow:
                progress[index].problem = f"timed out after {counted(progress[index].lines, 'line')}"

        readers = [partial(self._read_one, one, query, coverage) for one in progress]
        try:
            async for batch in fan_in(
                readers,
                slots=max(1, len(readers)) if query.follow else self._settings.logs_concurrency,
                seconds=seconds,
                late=late,
            ):
                yield batch
        finally:
            coverage.gaps += [Gap(str(one.target), one.problem) for one in progress if one.problem]
            coverage.gaps += [
                Gap(f"{counted(one.cut, 'line')} of {one.target}", _BEYOND) for one in progress if one.cut
            ]
            coverage.gaps += selection.unread
            if pods.beyond:
                which = counted(pods.beyond, "more pod")
                coverage.gaps.append(Gap(which, "too many pods: narrow by pod or labels"))
        if progress and all(one.problem == _NOT_ALLOWED for one in progress):
            raise ToolFailure(
                f"{_NOT_ALLOWED} in {named_namespace(namespace)}",
                "The service account needs a role with get on pods/log there (rbac.scope of the RitsukoBot).",
            )

    async def oldest(self) -> float | None:
        """See `Source.oldest`: each node keeps another length of each log."""
        return None

    async def check(self) -> str:
        """See `Source.check`."""
        return await self._cluster.check()

    async def aclose(self) -> None:
        """See `Source.aclose`."""
        await self._cluster.aclose()

    async def _read_one(self, progress: _Progress, query: Query, coverage: Coverage, put: Put) -> None:
        target = progress.target
        path = f"/api/v1/namespaces/{quote(target.namespace, safe='')}/pods/{quote(target.pod, safe='')}/log"
        parameters = {
            "container": target.container,
            "timestamps": "true",
            "sinceTime": format_time(math.floor(query.since)),
            "previous": str(query.previous).lower(),
        }
        if query.follow:
            parameters["follow"] = "true"
        if query.tail:
            parameters["tailLines"] = str(query.tail)
        window = TimeWindow(query.since, query.until)
        most = self._settings.logs_max_container_bytes
        try:
            async with self._cluster.stream(path, parameters) as chunks:
                async for block in blocks(chunks):
                    if progress.bytes == 0 and block.startswith(_NO_LOG):
                        progress.problem = LOG_IS_GONE
                        return
                    coverage.origins.add(target)
                    progress.bytes += len(block)
                    coverage.bytes += len(block)
                    batch = Batch(target, window.cut(block))
                    if batch.data:
                        lines = batch.count
                        progress.cut += not_read(batch.data) > 0
                        progress.lines += lines
                        coverage.lines += lines
                        await put(batch)
                    if window.over:
                        break
                    if progress.bytes >= most:
                        read = f"{progress.bytes / 2**20:.3g} MiB"
                        progress.problem = f"only the first {read} were read; newer lines are missing"
                        return
            coverage.origins.add(target)
        except ApiFailure as failure:
            progress.problem = _NOT_ALLOWED if failure.status == 403 else failure.reason
        except ToolFailure as failure:
            progress.problem = f"{failure.message} after {counted(progress.lines, 'line')}"
