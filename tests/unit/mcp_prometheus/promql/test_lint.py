"""What is suspicious about a query, and what is not."""

import pytest

from ritsuko_mcp_prometheus.promql.lint import lint
from ritsuko_mcp_prometheus.promql.syntax import parse

TYPES = {
    "http_requests_total": "counter",
    "errors_total": "counter",
    "latency_seconds_bucket": "histogram",
    "latency_seconds_sum": "histogram",
    "latency_seconds_count": "histogram",
    "gc_seconds": "summary",
    "temperature": "gauge",
    "up": "gauge",
}


def rules(promql: str) -> set[str]:
    return {one.rule for one in lint(parse(promql), TYPES)}


@pytest.mark.parametrize(
    ("promql", "rule"),
    [
        ("rate(temperature[5m])", "rate-of-gauge"),
        ("increase(temperature[5m])", "rate-of-gauge"),
        ("delta(http_requests_total[5m])", "gauge-function-of-counter"),
        ("deriv(latency_seconds_sum[5m])", "gauge-function-of-counter"),
        ("http_requests_total", "unrated-counter"),
        ("sum(http_requests_total)", "unrated-counter"),
        ("sum by (job) (http_requests_total) > 5", "unrated-counter"),
        ("max_over_time(http_requests_total[1h])", "unrated-counter"),
        ("histogram_quantile(0.9, latency_seconds_bucket)", "unrated-counter"),
        ("rate(sum(http_requests_total)[5m:1m])", "rate-of-aggregate"),
        ("histogram_quantile(0.9, sum by (job) (rate(latency_seconds_bucket[5m])))", "quantile-without-le"),
        ("histogram_quantile(0.9, sum(rate(latency_seconds_bucket[5m])))", "quantile-without-le"),
        ("histogram_quantile(0.9, sum without (le) (rate(latency_seconds_bucket[5m])))", "quantile-without-le"),
        ('avg(gc_seconds{quantile="0.9"})', "mean-of-quantiles"),
        ("avg(histogram_quantile(0.9, rate(latency_seconds_bucket[5m])))", "mean-of-quantiles"),
        ('up{job=~"web"}', "regex-for-equality"),
        ('up{job!~"web"}', "regex-for-equality"),
        ('up{job=~".+"}', "regex-for-equality"),
        ('up{job=~".*"}', "regex-for-everything"),
        ('up{job=~"^web-.*$"}', "needless-anchor"),
        ('up{job="web-.*"}', "no-regex"),
        ('up{job="web|db"}', "no-regex"),
        ('{job="web"}', "no-metric"),
        ("sum by (pod) (up) / on (node) sum by (node) (temperature)", "pairs-on-dropped-label"),
        ("sum by (job) (rate(errors_total[5m])) or vector(0)", "or-vector"),
        ("up or vector(0)", "or-vector"),
        ('up{job="web"} == 1 or vector(0)', "or-vector"),
        ("rate(errors_total[5m]) or vector(0)", "or-vector"),
        ("topk(3, up) or vector(0)", "or-vector"),
        ("histogram_quantile(90, sum by (le) (rate(latency_seconds_bucket[5m])))", "quantile-beyond-one"),
        ("quantile(95, up)", "quantile-beyond-one"),
        ('label_replace(up, "x", "$1", "job", "(")', "broken-regex"),
        ('label_replace(up, "x", "$1", "job", "*a")', "broken-regex"),
        ("quantile_over_time(-0.5, up[1h])", "quantile-beyond-one"),
    ],
)
def test_it_is_found(promql: str, rule: str) -> None:
    assert rule in rules(promql)


@pytest.mark.parametrize(
    "promql",
    [
        "sum by (job) (rate(http_requests_total[5m]))",
        "increase(http_requests_total[1h]) > 5",
        "resets(http_requests_total[1h])",
        "count(http_requests_total)",
        "absent(http_requests_total)",
        "timestamp(http_requests_total)",
        "max_over_time(rate(http_requests_total[5m])[1h:1m])",
        "delta(temperature[5m])",
        "avg(temperature)",
        "latency_seconds_sum / latency_seconds_count",
        "rate(latency_seconds_sum[5m]) / rate(latency_seconds_count[5m])",
        "histogram_quantile(0.9, sum by (le, job) (rate(latency_seconds_bucket[5m])))",
        "histogram_quantile(0.9, sum without (pod) (rate(latency_seconds_bucket[5m])))",
        'max(gc_seconds{quantile="0.9"})',
        'up{job=~"web|db", pod!~"web-[0-9]+"}',
        'up{job="web-1", instance="10.0.0.1:9090"}',
        'up{job=~"a\\\\$"}',
        'up{job!=""}',
        '{__name__=~"http_.*"}',
        "sum by (pod) (up) / on (pod) sum by (pod) (temperature)",
        "sum(rate(errors_total[5m])) or vector(0)",
        "sum(rate(errors_total[5m])) / sum(rate(http_requests_total[5m])) or vector(0)",
        "vector(1) or vector(0)",
        "scalar(up) + vector(1) or vector(0)",
        "quantile(1, up)",
        "quantile_over_time(0, up[1h])",
        "sum by (job) (rate(errors_total[5m])) or on () vector(0)",
        "topk(3, up) * on (node) group_left temperature",
        "unknown_metric",
        'label_replace(up, "x", "$1", "job", "(.*)")',
        # What RE2 takes, and Python does not.
        'label_replace(up, "x", "$1", "job", "\\\\pL+")',
        "1 + 1",
    ],
)
def test_nothing_is_found_where_nothing_is(promql: str) -> None:
    assert rules(promql) == set()


@pytest.mark.parametrize(
    ("promql", "instead"),
    [
        ('up{job=~"web"}', 'job="web"'),
        ('up{job!~"^web$"}', 'job!="web"'),
        ('up{job=~".+"}', 'job!=""'),
        ('up{job=~"^(a|b)$"}', 'job=~"(a|b)"'),
        ("quantile(95, up)", "0.95"),
        ("quantile(-1, up)", "a number such as 0.9"),
        ("rate(temperature[5m])", "deriv(temperature[...]) or avg_over_time"),
        ("idelta(errors_total[5m])", "irate(errors_total[...])"),
        ("histogram_quantile(0.9, sum by (job) (rate(latency_seconds_bucket[5m])))", "sum by (le, job) (...)"),
    ],
)
def test_what_to_write_instead(promql: str, instead: str) -> None:
    assert [one.instead for one in lint(parse(promql), TYPES)] == [instead]
