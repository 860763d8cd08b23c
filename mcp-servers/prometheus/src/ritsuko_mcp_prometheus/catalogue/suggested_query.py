"""A query to begin with for a metric family, without I/O."""

from ritsuko_mcp_prometheus.catalogue.families import Family
from ritsuko_mcp_prometheus.promql.selectors import quoted_name, selector_of

_FEW_VALUES = range(2, 31)
# Labels that every series of a job has, or that only distinguish replicas.
_SELDOM_ASKED = ("instance", "job", "le", "quantile", "endpoint", "uid", "id", "container_id", "pod")


def suggested_query(family: Family, labels: list[tuple[str, object]]) -> str:
    """A query for the type, grouped by the label with the most values that is still readable."""
    few = [(count, name) for name, count in labels if isinstance(count, int) and count in _FEW_VALUES]
    usual = [item for item in few if item[1] not in _SELDOM_ASKED] or few
    chosen = max(usual, default=(0, ""))[1]
    by = quoted_name(chosen) if chosen else ""
    name = selector_of(family.name)
    match family.type:
        case "histogram" if family.buckets:
            buckets = selector_of(family.buckets)
            return (
                f"histogram_quantile(0.95, sum by (le{f', {by}' if by and by != 'le' else ''}) (rate({buckets}[5m])))"
            )
        case "histogram":
            return f"histogram_quantile(0.95, sum{f' by ({by})' if by else ''} (rate({name}[5m])))"
        case "summary":
            sums, counts = selector_of(f"{family.name}_sum"), selector_of(f"{family.name}_count")
            return f"rate({sums}[5m]) / rate({counts}[5m])"
        case "counter":
            return f"sum{f' by ({by})' if by else ''} (rate({name}[5m]))"
        case "info":
            return f"count{f' by ({by})' if by else ''} ({name})"
        case _:
            return f"avg by ({by}) ({name})" if by else name
