"""Units, from the names of metrics."""

import pytest

from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.presentation.units import Unit, unit_of, unit_of_query


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("node_memory_MemFree_bytes", "bytes"),
        ("http_sent_bytes_total", "bytes"),
        ("process_start_time_seconds", "timestamp"),
        ("process_cpu_seconds_total", "seconds"),
        ("up", ""),
        ("", ""),
    ],
)
def test_units_come_from_the_naming_convention(metric: str, unit: str) -> None:
    assert unit_of(metric) == unit


@pytest.mark.parametrize(
    ("query", "unit"),
    [
        ("node_memory_bytes", "bytes"),
        ("sum by (node) (node_memory_bytes)", "bytes"),
        ("rate(sent_bytes_total[5m])", "bytes/s"),
        ("increase(sent_bytes_total[1h])", "bytes"),
        ("rate(http_requests_total[5m])", "/s"),
        ("rate(cpu_seconds_total[5m])", ""),
        ("histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))", "seconds"),
        ("sent_bytes_total / received_bytes_total", ""),
        ('rate(sent_bytes_total{path="/a/b"}[5m])', "bytes/s"),
        ("count(node_memory_bytes)", ""),
        ("node_memory_bytes + queue_length", ""),
        ("queue_length", ""),
    ],
)
def test_the_unit_of_a_query_is_told_by_its_names_where_they_can_tell(query: str, unit: Unit) -> None:
    assert unit_of_query(query, []) == unit


def test_a_recorded_metric_tells_by_its_own_name() -> None:
    assert unit_of_query("{job='x'}", [Series({"__name__": "heap_bytes"}, [])]) == "bytes"
