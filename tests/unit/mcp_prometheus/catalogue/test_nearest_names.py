"""Which existing metrics are nearest to one that does not exist."""

import pytest

from ritsuko_mcp_prometheus.catalogue.nearest_names import nearest_names

EXISTING = [
    "container_cpu_usage_seconds_total",
    "node_cpu_seconds_total",
    "process_cpu_seconds_total",
    "http_requests_total",
    "http_request_duration_seconds_bucket",
    "up",
    "kube_pod_status_phase",
    "go_goroutines",
]


@pytest.mark.parametrize(
    ("wanted", "first"),
    [
        ("cpu_usage", "container_cpu_usage_seconds_total"),
        ("http_request_total", "http_requests_total"),
        ("htp_requests_total", "http_requests_total"),
        ("goroutines", "go_goroutines"),
        ("HTTP_REQUESTS_TOTAL", "http_requests_total"),
        ("pod_phase", "kube_pod_status_phase"),
        ("requets", "http_requests_total"),
        ("durration", "http_request_duration_seconds_bucket"),
        ("broken_gorutines", "go_goroutines"),
    ],
)
def test_the_nearest_name_comes_first(wanted: str, first: str) -> None:
    assert nearest_names(wanted, EXISTING)[0] == first


def test_nothing_is_near_nonsense() -> None:
    assert nearest_names("xyzzy", EXISTING) == []
