"""Search the logs of a namespace's pods: find the pods, choose containers, read them, report."""

from ritsuko_mcp_common import cursor as cursors
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.times import parse_duration, parse_time

from .cluster import Cluster
from .hits import Best
from .matching import Matcher
from .pods import find_pods
from .question import Place, Question
from .reading import read
from .report import Reading, report
from .settings import LogsSettings
from .targets import select


async def search(cluster: Cluster, settings: LogsSettings, question: Question, cursor: str, *, now: float) -> Envelope:
    """The first `limit` matching lines in the order wanted, and how much was read to find them."""
    matcher = Matcher(question.text, regex=question.regex, level=question.level, case_sensitive=question.case_sensitive)
    place = cursors.decode(cursor, Place, question.fixed) if cursor else None
    since = place.since if place else _beginning(question.since, now)
    namespace = question.namespace or await cluster.namespace()
    pods = await find_pods(cluster, namespace, question)
    selection = select(
        pods.items, container=question.container, previous=question.previous, limit=settings.logs_max_containers
    )
    best = Best(question.order, question.limit, behind=place.key if place else None)
    progress = await read(
        cluster,
        settings,
        selection.targets,
        matcher,
        best,
        namespace=namespace,
        since=since,
        previous=question.previous,
        context=question.context,
    )
    return report(
        question,
        Reading(namespace=namespace, since=since, until=now, pods=pods, selection=selection, progress=progress),
        best,
    )


def _beginning(since: str, now: float) -> float:
    """`1h` and `-1h` both mean an hour ago; anything else is a moment."""
    try:
        return max(0.0, now - parse_duration(since))
    except ToolFailure:
        return parse_time(since, now=now)
