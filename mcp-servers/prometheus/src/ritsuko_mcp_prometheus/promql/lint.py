"""Likely mistakes in a valid query."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import promql_parser as pp

from ritsuko_mcp_prometheus.promql.syntax import (
    Matcher,
    Selector,
    children,
    enum_name,
    grouping,
    operator_of,
    selectors,
    strip_parens,
    walk,
)

RATES = frozenset({"rate", "irate", "increase"})
_FOR_GAUGES = {"delta": "increase", "idelta": "irate", "deriv": "rate", "predict_linear": "rate"}
# These ignore the value of a counter, or look for its resets.
_IGNORING_VALUES = (
    RATES
    | _FOR_GAUGES.keys()
    | {"resets", "changes", "absent", "absent_over_time", "count_over_time", "present_over_time", "timestamp"}
)
# These keep the labels of the series that they select.
_SELECTING = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
_WITHOUT_LABELS = frozenset({"vector", "absent", "absent_over_time", "scalar", "time", "pi"})
_QUANTILES = frozenset({"histogram_quantile", "quantile_over_time"})
_COUNTING = frozenset({"count", "group"})
_METACHARACTERS = re.compile(r"[\\^$.|?*+()\[\]{}]")
_BROKEN = re.compile(r"unbalanced parenthesis|unterminated (?:subpattern|character set)|missing \)|nothing to repeat")
_EVERYTHING = frozenset({".*", "(.*)", "^.*$", ".*?"})
_COUNTED_UP = ("_bucket", "_count", "_sum")

Types = Mapping[str, str]
"""The type of each metric: counter, gauge, histogram, summary or info."""


@dataclass(frozen=True, slots=True)
class Finding:
    """`rule` is its short name; `message` says what is wrong, `instead` what to use."""

    rule: str
    message: str
    instead: str = ""


def lint(root: pp.Expr, types: Types) -> list[Finding]:
    """All findings, without duplicates."""
    found: list[Finding] = []
    for selector in selectors(root):
        for check in _OF_SELECTIONS:
            found += check(selector, types)
    for node in walk(root):
        for check in _OF_NODES:
            found += check(node)
    return list(dict.fromkeys(found))


def is_counter(metric: str, types: Types) -> bool:
    """Whether it only increases, also as a part of a histogram or summary."""
    kind = types.get(metric, "")
    return kind == "counter" or (kind in ("histogram", "summary") and metric.endswith(_COUNTED_UP))


def _rate_of_gauge(selector: Selector, types: Types) -> Iterator[Finding]:
    call = next(selector.calls(), None)
    if call is None or selector.range is None or types.get(selector.metric) != "gauge":
        return
    if call.func.name in RATES:
        other = {"rate": "deriv", "irate": "idelta", "increase": "delta"}[call.func.name]
        yield Finding(
            "rate-of-gauge",
            f"{call.func.name}() is for counters, but {selector.metric} is a gauge: every decrease counts as a reset",
            f"{other}({selector.metric}[...]) or avg_over_time",
        )


def _gauge_function_of_counter(selector: Selector, types: Types) -> Iterator[Finding]:
    call = next(selector.calls(), None)
    if call is not None and call.func.name in _FOR_GAUGES and is_counter(selector.metric, types):
        other = _FOR_GAUGES[call.func.name]
        yield Finding(
            "gauge-function-of-counter",
            f"{call.func.name}() is for gauges, but {selector.metric} is a counter: a reset looks like a decrease",
            f"{other}({selector.metric}[...])",
        )


def _unrated_counter(selector: Selector, types: Types) -> Iterator[Finding]:
    if not is_counter(selector.metric, types):
        return
    if any(call.func.name in _IGNORING_VALUES for call in selector.calls()):
        return
    if any(operator_of(node) in _COUNTING for node in selector.aggregations()) or _is_a_share(selector):
        return
    whole = f"{selector.metric}[5m]"
    yield Finding(
        "unrated-counter",
        f"{selector.metric} is a counter: its value is only the total since its process started",
        f"rate({whole}) per second, or increase({whole})",
    )


def _is_a_share(selector: Selector) -> bool:
    """`x_sum / x_count`: the mean since the start, which may be intended."""
    parent = next((node for node in reversed(selector.path) if not isinstance(node, pp.ParenExpr)), None)
    return isinstance(parent, pp.BinaryExpr) and operator_of(parent) == "/" and selector.metric.endswith(_COUNTED_UP)


def _regex(selector: Selector, types: Types) -> Iterator[Finding]:
    for one in selector.matchers:
        if one.operator in ("=~", "!~"):
            yield from _needless_regex(one)
        elif re.search(r"\.[*+]|\w\|\w|\[\^?[\w-]+\]", one.value):
            yield Finding(
                "no-regex",
                f"{one} compares literally, but the value looks like a regular expression",
                str(Matcher(one.label, "=~" if one.operator == "=" else "!~", one.value)),
            )


def _needless_regex(one: Matcher) -> Iterator[Finding]:
    unanchored = _unanchored(one.value)
    if one.value in _EVERYTHING:
        what = "matches every series, with and without the label" if one.operator == "=~" else "matches no series"
        yield Finding(
            "regex-for-everything", f"{one} {what}", f'remove it, or use {one.label}!="" for series with that label'
        )
    elif one.value == ".+":
        plain = Matcher(one.label, "!=" if one.operator == "=~" else "=", "")
        yield Finding("regex-for-equality", f"{one} is the same as {plain}", str(plain))
    elif not _METACHARACTERS.search(unanchored):
        plain = Matcher(one.label, "=" if one.operator == "=~" else "!=", unanchored)
        yield Finding("regex-for-equality", f"{one} does not need a regular expression", str(plain))
    elif unanchored != one.value:
        free = Matcher(one.label, one.operator, unanchored)
        yield Finding("needless-anchor", f"{one}: a regular expression always matches the whole value", str(free))


def _unanchored(regex: str) -> str:
    regex = regex.removeprefix("^")
    return regex if regex.endswith("\\$") else regex.removesuffix("$")


def _unbounded(selector: Selector, types: Types) -> Iterator[Finding]:
    if not selector.metric and all(one.label != "__name__" for one in selector.matchers):
        yield Finding("no-metric", f"{selector.text} reads every metric that has these labels", "add the metric name")


def _rate_of_aggregate(node: pp.Expr) -> Iterator[Finding]:
    if not (isinstance(node, pp.Call) and node.func.name in RATES):
        return
    subquery = strip_parens(children(node)[0])
    if isinstance(subquery, pp.SubqueryExpr) and isinstance(inner := strip_parens(subquery.expr), pp.AggregateExpr):
        yield Finding(
            "rate-of-aggregate",
            f"{node.func.name}() of {operator_of(inner)}() can't tell a reset of one counter from a decrease in all",
            f"{operator_of(inner)}({node.func.name}(...))",
        )


def _quantile_without_le(node: pp.Expr) -> Iterator[Finding]:
    if not (isinstance(node, pp.Call) and node.func.name == "histogram_quantile"):
        return
    of = strip_parens(children(node)[-1])
    if not isinstance(of, pp.AggregateExpr) or not any(one.metric.endswith("_bucket") for one in selectors(of)):
        return
    how, labels = grouping(of)
    if ("le" in labels) == (how == "without"):
        labels = ["le", *labels] if how == "by" else [label for label in labels if label != "le"]
        yield Finding(
            "quantile-without-le",
            f"histogram_quantile() needs the label le, which {operator_of(of)}() drops",
            f"{operator_of(of)} {how} ({', '.join(labels)}) (...)",
        )


def _mean_of_quantiles(node: pp.Expr) -> Iterator[Finding]:
    if not (isinstance(node, pp.AggregateExpr) and operator_of(node) in ("avg", "sum")):
        return
    of = strip_parens(node.expr)
    quantiles = isinstance(of, pp.Call) and of.func.name == "histogram_quantile"
    if isinstance(of, pp.VectorSelector):
        quantiles = any(matcher.label == "quantile" for one in selectors(of) for matcher in one.matchers)
    if quantiles:
        yield Finding(
            "mean-of-quantiles",
            f"{operator_of(node)}() of quantiles is not a quantile",
            "sum the buckets by le first, then histogram_quantile(); or use max()",
        )


def _pairs_on_dropped_label(node: pp.Expr) -> Iterator[Finding]:
    if not isinstance(node, pp.BinaryExpr) or node.modifier is None or node.modifier.matching is None:
        return
    if enum_name(node.modifier.matching.type) != "Include":
        return
    for label in node.modifier.matching.labels:
        lacking = [side for side in (strip_parens(node.lhs), strip_parens(node.rhs)) if _drops(side, label)]
        if len(lacking) == 1:
            yield Finding(
                "pairs-on-dropped-label",
                f"on ({label}) never matches: one side was aggregated without {label}",
                f"keep {label} in that aggregation, or remove it from on (...)",
            )


def _drops(side: pp.Expr, label: str) -> bool:
    if not isinstance(side, pp.AggregateExpr) or operator_of(side) in _SELECTING:
        return False
    how, labels = grouping(side)
    return (label in labels) == (how == "without")


def _or_vector(node: pp.Expr) -> Iterator[Finding]:
    if not isinstance(node, pp.BinaryExpr) or operator_of(node) != "or":
        return
    left, right = strip_parens(node.lhs), strip_parens(node.rhs)
    matching = node.modifier is not None and node.modifier.matching is not None
    if _is_labelled(left) and not matching and isinstance(right, pp.Call) and right.func.name == "vector":
        yield Finding(
            "or-vector",
            "or vector() adds a series without labels, because it matches none of the others",
            "or on() vector(...)",
        )


def _is_labelled(node: pp.Expr) -> bool:
    """Whether its series have labels other than the name, as far as the query shows."""
    match strip_parens(node):
        case pp.AggregateExpr() as whole if operator_of(whole) not in _SELECTING:
            return grouping(whole) != ("by", [])
        case pp.Call() as call if call.func.name in _WITHOUT_LABELS:
            return False
        case pp.VectorSelector() | pp.MatrixSelector():
            return True
        case inner:
            return any(map(_is_labelled, children(inner)))


def _quantile_out_of_range(node: pp.Expr) -> Iterator[Finding]:
    """A quantile outside 0 to 1, for which Prometheus returns an infinity."""
    if isinstance(node, pp.Call) and node.func.name in _QUANTILES:
        name = node.func.name
    elif isinstance(node, pp.AggregateExpr) and operator_of(node) == "quantile":
        name = "quantile"
    else:
        return
    wanted = _number(children(node)[0])
    if wanted is not None and not 0 <= wanted <= 1:
        meant = f"{wanted / 100:g}" if 1 < wanted <= 100 else "a number such as 0.9"
        yield Finding("quantile-beyond-one", f"{name}({wanted:g}, ...): a quantile is a number from 0 to 1", meant)


def _number(node: pp.Expr) -> float | None:
    inner = strip_parens(node)
    if isinstance(inner, pp.UnaryExpr):
        number = _number(inner.expr)
        return None if number is None else -number
    return float(inner.val) if isinstance(inner, pp.NumberLiteral) else None


def _broken_replacement(node: pp.Expr) -> Iterator[Finding]:
    """An expression that Prometheus checks only when it evaluates the query."""
    if not (isinstance(node, pp.Call) and node.func.name == "label_replace"):
        return
    regex = strip_parens(children(node)[-1])
    if isinstance(regex, pp.StringLiteral) and (wrong := _BROKEN.search(_complaint(regex.val))):
        yield Finding(
            "broken-regex", f"label_replace() fails: {regex.val!r} is not a valid regular expression ({wrong[0]})"
        )


def _complaint(regex: str) -> str:
    """Python's complaint; only those that RE2 has too are used."""
    try:
        re.compile(regex)
    except re.error as error:
        return error.msg
    return ""


_OF_SELECTIONS: tuple[Callable[[Selector, Types], Iterator[Finding]], ...] = (
    _rate_of_gauge,
    _gauge_function_of_counter,
    _unrated_counter,
    _regex,
    _unbounded,
)
_OF_NODES: tuple[Callable[[pp.Expr], Iterator[Finding]], ...] = (
    _rate_of_aggregate,
    _quantile_without_le,
    _mean_of_quantiles,
    _pairs_on_dropped_label,
    _or_vector,
    _quantile_out_of_range,
    _broken_replacement,
)
