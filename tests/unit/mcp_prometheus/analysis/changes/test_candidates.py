"""Which statistic of each metric is examined."""

from ritsuko_mcp_prometheus.analysis.changes.candidates import candidates, most_changed


def test_each_metric_is_asked_for_by_what_it_is() -> None:
    counts = {
        "requests_total": 3, "queue": 2, "took_seconds_bucket": 8, "took_seconds_sum": 1, "took_seconds_count": 1,
        "size_bytes_sum": 1, "size_bytes_count": 1, "started_timestamp_seconds": 1, "build_info": 1, "hits": 50,
    }  # fmt: skip
    found = candidates(counts, {"hits": "counter"}, 'job="a"', "5m")
    assert {(one.metric, one.statistic): one.query for one in found} == {
        ("requests_total", "rate"): 'rate(requests_total{job="a"}[5m])',
        ("queue", "level"): 'queue{job="a"}',
        ("took_seconds", "p90"): 'histogram_quantile(0.9, sum by (le) (rate(took_seconds_bucket{job="a"}[5m])))',
        ("took_seconds_count", "rate"): 'rate(took_seconds_count{job="a"}[5m])',
        ("size_bytes", "mean"): 'sum(rate(size_bytes_sum{job="a"}[5m])) / sum(rate(size_bytes_count{job="a"}[5m]))',
        ("size_bytes_count", "rate"): 'rate(size_bytes_count{job="a"}[5m])',
        # Too many series to tell apart; metadata says what its name doesn't.
        ("hits", "rate"): 'sum(rate(hits{job="a"}[5m]))',
    }


def test_what_changed_most_is_looked_at_and_what_did_not_is_left() -> None:
    found = candidates({"a": 5, "b": 5, "c": 5, "d": 5}, {}, 'job="a"', "5m")
    changes = {"a": 0.1, "b": 0.9, "c": 0.0, "d": 0.5}
    assert [one.metric for one in most_changed(found, changes, 2, 100)] == ["b", "d"]
    assert [one.metric for one in most_changed(found, changes, 9, 11)] == ["b", "d"]
    assert [one.metric for one in most_changed(found, changes, 9, 100)] == ["b", "d", "a"]
