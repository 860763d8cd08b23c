"""Queries that go over every function, aggregation, operator and modifier of PromQL, on the history in conftest."""

from collections.abc import Iterator

_VECTORS = ("cpu_usage", "node_memory_bytes", "strange")
_OF_VECTORS = [
    "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg", "exp", "floor",
    "ln", "log10", "log2", "rad", "round", "sgn", "sin", "sinh", "sqrt", "tan", "tanh", "timestamp", "absent",
    "scalar", "sort", "sort_desc", "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour",
    "minute", "month", "year", "histogram_count", "histogram_sum",
]  # fmt: skip
_RANGES = ("http_requests_total[10m]", "cpu_usage[1h]", "cpu_usage[30m:5m]")
_OF_RANGES = [
    "rate", "irate", "increase", "delta", "idelta", "deriv", "resets", "changes", "avg_over_time",
    "min_over_time", "max_over_time", "sum_over_time", "count_over_time", "last_over_time", "present_over_time",
    "stddev_over_time", "stdvar_over_time", "absent_over_time",
]  # fmt: skip
_WITH_PARAMETERS = [
    "clamp(cpu_usage, 0.3, 0.6)",
    "clamp_min(cpu_usage, 0.5)",
    "clamp_max(cpu_usage, 0.5)",
    "clamp(cpu_usage, 0.6, 0.3)",
    "round(cpu_usage, 0.05)",
    "quantile_over_time(0.9, cpu_usage[1h])",
    "quantile_over_time(2, cpu_usage[1h])",
    "predict_linear(node_memory_bytes[1h], 3600)",
    "holt_winters(cpu_usage[1h], 0.5, 0.5)",
    "histogram_quantile(0.9, rate(latency_seconds_bucket[10m]))",
    "histogram_quantile(0.5, sum by (le) (latency_seconds_bucket))",
    "histogram_quantile(-1, latency_seconds_bucket)",
    "histogram_fraction(0, 0.5, cpu_usage)",
    'label_replace(cpu_usage, "short", "$1", "pod", "web-(.*)")',
    'label_replace(cpu_usage, "tier", "", "pod", ".*")',
    'label_join(cpu_usage, "both", "/", "namespace", "pod")',
    'label_join(cpu_usage, "none", "-")',
    "vector(42)",
    "vector(time())",
    "time()",
    "pi()",
    "scalar(cpu_usage)",
    "scalar(sum(cpu_usage))",
    "hour()",
    "minute(vector(1790000000))",
    "absent(no_such_thing)",
    'absent(no_such_thing{job="x", kind=~"y"})',
    'absent_over_time(no_such_thing{job="x"}[1h])',
    "present_over_time(cpu_usage[1h] offset 2h)",
    "timestamp(cpu_usage offset 1h)",
]
_AGGREGATIONS = ("sum", "avg", "min", "max", "count", "group", "stddev", "stdvar")
_WITH_A_PARAMETER = ("topk(2, ", "bottomk(2, ", "quantile(0.9, ", 'count_values("n", ')
_ARITHMETIC = ("+", "-", "*", "/", "%", "^", "atan2")
_COMPARISONS = ("==", "!=", ">", "<", ">=", "<=")
_SETS = ("and", "or", "unless")
_MATCHING = [
    "cpu_usage * on (pod) cpu_usage",
    "cpu_usage / ignoring (tier) cpu_usage",
    "cpu_usage * on (namespace) group_left sum by (namespace) (cpu_usage)",
    "cpu_usage * on (pod) group_left (tier) cpu_usage",
    "sum by (namespace) (cpu_usage) - on (namespace) group_right cpu_usage",
    "cpu_usage - ignoring (pod, tier) group_left sum by (namespace) (cpu_usage)",
    "cpu_usage and on (namespace) sum by (namespace) (cpu_usage)",
    "cpu_usage or ignoring (pod) node_memory_bytes",
    "cpu_usage unless on () vector(1)",
    "cpu_usage == on (pod) group_left cpu_usage",
    "cpu_usage > bool on (pod) cpu_usage",
    "sum by (code) (rate(http_requests_total[5m])) / ignoring (code) group_left sum(rate(http_requests_total[5m]))",
]
_MODIFIERS = [
    "cpu_usage offset 6h",
    "cpu_usage offset -1m",
    "cpu_usage @ 1789990000",
    "cpu_usage @ 1789990000.5 offset 1h",
    "cpu_usage @ start()",
    "cpu_usage @ end()",
    "rate(http_requests_total[5m] offset 1h)",
    "rate(http_requests_total[5m] @ 1789990000)",
    "max_over_time(cpu_usage[1h:1m] offset 30m)",
    "max_over_time(cpu_usage[1h:] @ 1789990000)",
    "max_over_time(rate(http_requests_total[5m])[1h:10m])",
    "avg_over_time(max_over_time(cpu_usage[10m])[1h:5m])",
    "sum(max_over_time(deriv(cpu_usage[10m])[30m:1m]))",
    "increase(http_requests_total[1d2h])",
    "max_over_time(cpu_usage[1h30m])",
    "count_over_time(cpu_usage[600s])",
    "-cpu_usage",
    "+cpu_usage",
    "-(-cpu_usage)",
    "-2 ^ 2",
    "2 ^ 3 ^ 2",
    "(1 + 2) * 3",
    "cpu_usage # a comment",
    "cpu_usage\n  +\n1",
    "sum(cpu_usage) by (pod)",
    "sum(cpu_usage) without (pod)",
    "sum by (pod,) (cpu_usage)",
    "sum by () (cpu_usage)",
    "sum without () (cpu_usage)",
    "sum by (no_such_label) (cpu_usage)",
]
_SELECTORS = [
    "strange",
    "leaky",
    "many",
    'cpu_usage{pod="web-1"}',
    "cpu_usage{pod='web-1'}",
    "cpu_usage{pod=`web-1`}",
    'cpu_usage{pod!="web-1"}',
    'cpu_usage{pod=~"web-[0-2]"}',
    'cpu_usage{pod!~"web-[0-2]", namespace!=""}',
    'cpu_usage{pod=~"web-(1|2)", pod!="web-1",}',
    'cpu_usage{no_such_label=""}',
    '{__name__="cpu_usage"}',
    '{__name__=~"cpu.*|node.*"}',
    '{namespace="shop", pod="web-3"}',
    'leaky{quote="a\\"b|c`d"}',
]
_LITERALS = [
    "1", "-1", "1.5e3", "0x1F", ".5", "Inf", "-Inf", "NaN", "1 / 0", "0 / 0", "-1 / 0", "5 % 3", "2 ^ 0.5",
    "1 == bool 1", "2 > bool 3", "1 + 2 * 3 - 4 / 2", '"a string"', "'it\\'s'", "`raw\\n`",
]  # fmt: skip


def corpus() -> list[str]:
    """Every query once; each is one that Prometheus 2.42 takes, except those that name functions it lacks."""
    return list(dict.fromkeys(_queries()))


def _queries() -> Iterator[str]:
    for function in _OF_VECTORS:
        yield from (f"{function}({vector})" for vector in _VECTORS)
    for function in _OF_RANGES:
        yield from (f"{function}({vector})" for vector in _RANGES)
    yield from _WITH_PARAMETERS
    for aggregation in _AGGREGATIONS:
        yield f"{aggregation}(cpu_usage)"
        yield f"{aggregation} by (pod) (cpu_usage)"
        yield f"{aggregation} without (pod) (cpu_usage)"
        yield f"{aggregation}(many)"
    for aggregation in _WITH_A_PARAMETER:
        # Among equal ones topk chooses as it likes, so here all differ.
        yield f"{aggregation}cpu_usage * 2)"
        yield f"{aggregation}cpu_usage)"
        yield f"{aggregation}node_memory_bytes) by (node)"
    for operator in _ARITHMETIC:
        yield f"cpu_usage {operator} 2"
        yield f"2 {operator} cpu_usage"
        yield f"cpu_usage {operator} cpu_usage"
        yield f"7 {operator} 2"
        yield f"strange {operator} strange"
    for operator in _COMPARISONS:
        yield f"cpu_usage {operator} 0.5"
        yield f"0.5 {operator} cpu_usage"
        yield f"cpu_usage {operator} (cpu_usage offset 1h)"
        yield f"cpu_usage {operator} bool 0.5"
        yield f"cpu_usage {operator} bool (cpu_usage offset 1h)"
        yield f"1 {operator} bool 2"
    for operator in _SETS:
        yield f"cpu_usage {operator} topk(2, cpu_usage)"
        yield f"cpu_usage {operator} node_memory_bytes"
        yield f"(cpu_usage > 0.5) {operator} (cpu_usage < 0.7)"
    yield from _MATCHING
    yield from _MODIFIERS
    yield from _SELECTORS
    yield from _LITERALS


MALFORMED = [
    "",
    "(",
    ")",
    "up)",
    "rate(up",
    "up{",
    "up{job",
    "up{job=}",
    "up{job=x}",
    'up{job="x"',
    'up{job="x}',
    'up{job=="x"}',
    "up[",
    "up[5]",
    "up[5x]",
    "up[5m",
    "up[5m:",
    "up offset",
    "up offset x",
    "up @",
    "rate(up)",
    "rate(up[5m], 1)",
    "sum(up) by",
    "sum by job (up)",
    "sum(up[5m])",
    "sum(1)",
    "topk(up)",
    "no_such_function(up)",
    "up +",
    "up + + ",
    "up == bool",
    "1 == 2",
    "up and 1",
    "up + on job up",
    "up on (job) up",
    "up group_left up",
    'up{a=~"("}',
    "{}",
    '{a=""}',
    "up up",
    "1 up",
    "up offset 5m offset 5m[5m]",
    "up[5m][5m]",
    "-'x'",
    "'a' + 'b'",
    "vector(up)",
    "time(1)",
    "label_replace(up, 'a', 'b')",
    "up &&& up",
    "up ! up",
    "up\n  + (\n  up",
    "clamp(up)",
    '"unterminated',
    "up{a='\\q'}",
]
