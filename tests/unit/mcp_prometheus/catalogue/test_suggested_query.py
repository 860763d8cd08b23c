"""A query to begin with, for each type of metric."""

import pytest
from promql_parser import parse

from ritsuko_mcp_prometheus.api.objects import Metadata
from ritsuko_mcp_prometheus.catalogue.families import Family, families, family_of
from ritsuko_mcp_prometheus.catalogue.suggested_query import suggested_query

NAMES = [
    "build_info",
    "gc_seconds",
    "gc_seconds_count",
    "gc_seconds_sum",
    "latency_seconds_bucket",
    "latency_seconds_count",
    "latency_seconds_sum",
    "lone_count",
    "queue_length",
    "requests_total",
    "up",
]


def by_name(names: list[str], metadata: dict[str, list[Metadata]] | None = None) -> dict[str, Family]:
    return {one.name: one for one in families(names, metadata or {})}


@pytest.mark.parametrize("name", [*NAMES, "with.dots", 'with"quote'])
def test_what_is_suggested_is_promql(name: str) -> None:
    found = family_of(name, families([*NAMES, "with.dots", 'with"quote'], {}))
    assert found is not None
    for labels in ([], [("code", 3), ("pod", 900)], [("instance", 4)]):
        parse(suggested_query(found, list(labels)))


def test_a_label_that_needs_quotes_is_suggested_in_quotes() -> None:
    found = by_name(["http.server.duration"])["http.server.duration"]
    labels: list[tuple[str, object]] = [("service.name", 3), ("job", 2)]
    assert suggested_query(found, labels) == 'avg by ("service.name") ({__name__="http.server.duration"})'
    parse(suggested_query(found, labels))


def test_the_suggested_query_suits_the_type_and_groups_by_what_a_person_reads() -> None:
    found = by_name(NAMES)
    labels: list[tuple[str, object]] = [("code", 3), ("instance", 12), ("job", 1), ("path", 5000)]
    assert suggested_query(found["requests_total"], labels) == "sum by (code) (rate(requests_total[5m]))"
    assert suggested_query(found["queue_length"], labels) == "avg by (code) (queue_length)"
    assert (
        suggested_query(found["latency_seconds"], labels)
        == "histogram_quantile(0.95, sum by (le, code) (rate(latency_seconds_bucket[5m])))"
    )
    assert suggested_query(found["gc_seconds"], labels) == "rate(gc_seconds_sum[5m]) / rate(gc_seconds_count[5m])"
    assert suggested_query(found["up"], []) == "up"
