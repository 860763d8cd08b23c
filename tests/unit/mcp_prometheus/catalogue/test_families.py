"""Metrics as their authors meant them, found by words and given a query."""

from ritsuko_mcp_prometheus.api.objects import Metadata
from ritsuko_mcp_prometheus.catalogue.families import Family, families, family_of

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
    assert found["latency_seconds"].described_type == "histogram (guessed)"


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
