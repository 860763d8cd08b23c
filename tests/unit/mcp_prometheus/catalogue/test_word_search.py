"""Metrics found by words."""

import pytest

from ritsuko_mcp_prometheus.api.objects import Metadata
from ritsuko_mcp_prometheus.catalogue.families import families
from ritsuko_mcp_prometheus.catalogue.word_search import ranked

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
