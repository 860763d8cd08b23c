"""Why a store has nothing of what was asked for: most often a name that is not quite right."""

from contextlib import aclosing
from dataclasses import replace

from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_logs.phrases import shortlist
from ritsuko_mcp_logs.query.query import Query, unconditional
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.source import Index, Source


async def explain_empty(source: Source, query: Query, coverage: Coverage) -> None:
    """Let the coverage of a reading without lines say so, if that is because of a name."""
    if source.index is None or coverage.lines or coverage.empty_reason:
        return
    anything = unconditional(query)
    if not coverage.namespace:
        # Counts alone don't tell which namespace was meant.
        async with aclosing(source.read(replace(anything, limit=1), coverage)) as batches:
            if await anext(batches, None):
                return
    if (await source.index.totals(anything)).lines == 0:
        coverage.empty_reason = await nearest_names(source.index, query, coverage.namespace)


async def nearest_names(index: Index, query: Query, namespace: str) -> str:
    """The namespaces or pods that there are in the query's time, nearest first; empty if those named are among them."""
    anywhere = replace(query, namespace="*", pod="", container="", labels="")
    namespaces = await index.values(anywhere, "namespace")
    if namespace != "*" and namespace not in namespaces:
        return _instead("namespace", namespace, namespaces)
    if not query.pod:
        return ""
    pods = await index.values(replace(anywhere, namespace=namespace), "pod")
    return _instead("pod", query.pod, pods)


def _instead(what: str, wanted: str, existing: list[str]) -> str:
    near = suggestion(wanted, existing) or (
        f"There are: {shortlist(sorted(existing))}." if existing else "There are none."
    )
    return f"No lines from {what} {wanted}. {near}"
