"""Many containers' logs at once, a bounded number at a time and for a bounded time."""

import asyncio
from collections.abc import Sequence
from urllib.parse import quote

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import format_time

from .cluster import ApiFailure, Cluster
from .hits import Best
from .matching import Matcher
from .scan import Progress, scan
from .settings import LogsSettings
from .targets import Target

NOT_ALLOWED = "not allowed to get pods/log"


async def read(
    cluster: Cluster,
    settings: LogsSettings,
    targets: Sequence[Target],
    matcher: Matcher,
    best: Best,
    *,
    namespace: str,
    since: float,
    previous: bool,
    context: int,
) -> list[Progress]:
    """Scan every target into `best` until done or out of time. Returns how far each got, in the same order."""
    slots = asyncio.Semaphore(settings.logs_concurrency)
    query = {"timestamps": "true", "sinceTime": format_time(since), "previous": str(previous).lower()}

    async def read_one(progress: Progress) -> None:
        target = progress.target
        path = f"/api/v1/namespaces/{namespace}/pods/{quote(target.pod, safe='')}/log"
        most = settings.logs_max_container_bytes
        try:
            async with slots, cluster.stream(path, {**query, "container": target.container}) as chunks:
                await scan(chunks, matcher, best, progress, context=context, most_bytes=most)
        except ApiFailure as failure:
            progress.problem = NOT_ALLOWED if failure.status == 403 else failure.reason
        except ToolFailure as failure:
            progress.problem = f"{failure.message} after {progress.lines:,} lines"

    everything = [Progress(target) for target in targets]
    tasks = [asyncio.create_task(read_one(progress)) for progress in everything]
    try:
        if tasks:
            await asyncio.wait(tasks, timeout=settings.reading_seconds)
    finally:
        late = [task for task in tasks if not task.done()]
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
    for task, progress in zip(tasks, everything, strict=True):
        if task in late:
            progress.problem = f"out of time after {progress.lines:,} lines"
        else:
            task.result()
    return everything
