"""Metrics as their authors meant them, found by words and given a query."""

import pytest
from promql_parser import parse

from ritsuko_mcp_prometheus.api.objects import Metadata
from ritsuko_mcp_prometheus.catalogue.families import Family, families, family_of
from ritsuko_mcp_prometheus.presentation.cells import middle_cut
from ritsuko_mcp_prometheus.tools.describe import suggested
from ritsuko_mcp_prometheus.tools.search import ranked

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


def test_without_metadata_types_come_from_names_and_say_so() -> None:
    found = by_name(NAMES)
    types = {name: one.type for name, one in found.items()}
    assert types == {
        "build_info": "info",
        "gc_seconds": "summary",
        "latency_seconds": "histogram",
        "lone_count": "counter",
        "queue_length": "gauge",
        "requests_total": "counter",
        "up": "gauge",
    }
    assert found["latency_seconds"].members == (
        "latency_seconds_bucket",
        "latency_seconds_count",
        "latency_seconds_sum",
    )
    assert found["latency_seconds"].described_type == "histogram (by its name)"


def test_metadata_wins_over_the_name() -> None:
    metadata = {
        "queue_length": [Metadata(type="counter", help="odd name")],
        "requests": [Metadata(type="counter", help="as OpenMetrics names it", unit="requests")],
        "up": [Metadata(type="unknown"), Metadata(type="gauge"), Metadata(type="gauge", help="most say so")],
        "lone": [Metadata(type="summary")],
    }
    found = by_name(NAMES, metadata)
    assert (found["queue_length"].type, found["queue_length"].guessed) == ("counter", False)
    assert (found["requests_total"].help, found["requests_total"].unit) == ("as OpenMetrics names it", "requests")
    assert found["up"].type == "gauge"
    assert found["lone"].members == ("lone_count",)


def test_a_metric_is_found_by_the_names_of_its_parts() -> None:
    known = families(NAMES, {})
    for name in ("latency_seconds", "latency_seconds_bucket", "latency_seconds_sum"):
        found = family_of(name, known)
        assert found is not None
        assert found.name == "latency_seconds"
    assert family_of("latency", known) is None


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("latency seconds", ["latency_seconds"]),
        ("request", ["requests_total"]),
        ("bucket", ["latency_seconds"]),
        ("seconds", ["gc_seconds", "latency_seconds"]),
        ("seconds gc", ["gc_seconds"]),
        ("pods", ["queue_length"]),
        ("seconds nothing", []),
        # What people say: latencies are called durations, and the other way.
        ("slow", ["latency_seconds"]),
        ("duration", ["latency_seconds"]),
    ],
)
def test_all_words_must_occur_and_the_name_counts_most(words: str, names: list[str]) -> None:
    known = families(NAMES, {"queue_length": [Metadata(type="gauge", help="Pods that wait.")]})
    assert [one.name for one in ranked(words, known)] == names


@pytest.mark.parametrize("name", [*NAMES, "with.dots", 'with"quote'])
def test_what_is_suggested_is_promql(name: str) -> None:
    found = family_of(name, families([*NAMES, "with.dots", 'with"quote'], {}))
    assert found is not None
    for labels in ([], [("code", 3), ("pod", 900)], [("instance", 4)]):
        parse(suggested(found, list(labels)))


def test_a_label_that_needs_quotes_is_suggested_in_quotes() -> None:
    found = by_name(["http.server.duration"])["http.server.duration"]
    labels: list[tuple[str, object]] = [("service.name", 3), ("job", 2)]
    assert suggested(found, labels) == 'avg by ("service.name") ({__name__="http.server.duration"})'
    parse(suggested(found, labels))


@pytest.mark.parametrize("longest", [4, 40, 41])
def test_names_that_differ_at_their_ends_differ_when_they_are_cut(longest: int) -> None:
    pods = [f"checkout-api-gateway-service-7d9c5b8f6c-x2x4{letter}" for letter in "abc"]
    cut = [middle_cut(pod, longest) for pod in pods]
    assert {len(one) for one in cut} == {longest}
    assert len(set(cut)) == 3
    assert middle_cut("short", 40) == "short"


def test_the_suggested_query_suits_the_type_and_groups_by_what_a_person_reads() -> None:
    found = by_name(NAMES)
    labels: list[tuple[str, object]] = [("code", 3), ("instance", 12), ("job", 1), ("path", 5000)]
    assert suggested(found["requests_total"], labels) == "sum by (code) (rate(requests_total[5m]))"
    assert suggested(found["queue_length"], labels) == "avg by (code) (queue_length)"
    assert (
        suggested(found["latency_seconds"], labels)
        == "histogram_quantile(0.95, sum by (le, code) (rate(latency_seconds_bucket[5m])))"
    )
    assert suggested(found["gc_seconds"], labels) == "rate(gc_seconds_sum[5m]) / rate(gc_seconds_count[5m])"
    assert suggested(found["up"], []) == "up"
