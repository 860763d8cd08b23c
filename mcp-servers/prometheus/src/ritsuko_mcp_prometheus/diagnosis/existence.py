"""Whether the names in a query exist and its ranges contain samples, according to Prometheus."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

import promql_parser as pp

from ritsuko_common.durations import format_duration
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.catalogue.nearest_names import nearest_names
from ritsuko_mcp_prometheus.promql.lint import RATES, Finding
from ritsuko_mcp_prometheus.promql.selectors import selector_of
from ritsuko_mcp_prometheus.promql.syntax import Matcher, Selector, grouping, operator_of
from ritsuko_mcp_prometheus.promql.vector_matching import LABEL_CREATORS, missing_match_labels

_NEED_TWO = RATES | {"delta", "idelta", "deriv", "predict_linear"}
_COMFORTABLE = 4
_MOST_METRICS = 10
_MOST_LOOKUPS = 12
_MOST_COMPARED = 5000
_CAUSES = frozenset({"no-such-label", "no-such-value", "range-too-short"})


async def check_names(
    client: PrometheusClient, selectors: Sequence[Selector], existing: Sequence[str], at: float
) -> tuple[list[Finding], list[str]]:
    """What does not exist or has too few samples at that time; and sentences about what was not checked."""
    names = {"", *existing}  # Without a name, the labels of all metrics count.
    known = [one for one in selectors if one.metric in names]
    findings = _missing_metrics(selectors, existing)
    metrics = list(dict.fromkeys(one.metric for one in known))
    skipped = [] if len(metrics) <= _MOST_METRICS else [f"only the first {_MOST_METRICS} metrics were checked"]
    metrics = metrics[:_MOST_METRICS]
    found = await asyncio.gather(*(client.label_names(_all_of(metric)) for metric in metrics))
    labels = {metric: set(names) for metric, names in zip(metrics, found, strict=True)}
    looked = [one for one in known if one.metric in labels]
    findings += [finding for one in looked for finding in _missing_labels(one, labels[one.metric])]
    findings += _missing_groupings(looked, labels)
    findings += missing_match_labels(looked, labels)
    values = [
        (one, matcher) for one in looked for matcher in one.matchers if _names_a_value(matcher, labels[one.metric])
    ]
    ranges = [one for one in looked if _needs_two(one)]
    if len(values) > _MOST_LOOKUPS or len(ranges) > _MOST_LOOKUPS:
        skipped.append(f"only the first {_MOST_LOOKUPS} label values and ranges were checked")
    checked = await asyncio.gather(
        *(_missing_value(client, one, matcher) for one, matcher in values[:_MOST_LOOKUPS]),
        *(_too_short(client, one, at) for one in ranges[:_MOST_LOOKUPS]),
    )
    return list(dict.fromkeys([*findings, *(finding for finding in checked if finding is not None)])), skipped


async def causes(
    client: PrometheusClient, selectors: Sequence[Selector], existing: Sequence[str], at: float
) -> list[Finding]:
    """Only those findings of `check_names` that make a result empty."""
    needing = [_with_needed_labels(one) for one in selectors]
    found, _ = await check_names(client, needing, existing, at)
    return [one for one in found if one.rule in _CAUSES]


def _with_needed_labels(one: Selector) -> Selector:
    """Without matchers that a missing label satisfies, and without the range if it is evaluated at another time."""
    kept = tuple(matcher for matcher in one.matchers if _needs_label(matcher))
    return replace(one, matchers=kept, range=None if one.shifted else one.range)


def _needs_label(matcher: Matcher) -> bool:
    if matcher.operator in ("=", "!="):
        return (matcher.value == "") == (matcher.operator == "!=")
    try:
        takes_none = re.fullmatch(matcher.value, "") is not None
    except re.error:  # RE2 accepts some that Python does not.
        return False
    return takes_none == (matcher.operator == "!~")


def _missing_metrics(selectors: Iterable[Selector], existing: Sequence[str]) -> list[Finding]:
    names = set(existing)
    found: list[Finding] = []
    for metric in dict.fromkeys(one.metric for one in selectors if one.metric and one.metric not in names):
        near = nearest_names(metric, existing, 3)
        found.append(
            Finding("no-such-metric", f"there is no metric {metric}", f"nearest: {', '.join(near)}" if near else "")
        )
    return found


def _missing_labels(one: Selector, labels: set[str]) -> list[Finding]:
    return [
        Finding("no-such-label", f"{_whose(one)} label {matcher.label}", suggestion(matcher.label, labels))
        for matcher in one.matchers
        if matcher.label not in labels and matcher.label != "__name__"
    ]


def _missing_groupings(looked: Sequence[Selector], labels: dict[str, set[str]]) -> list[Finding]:
    """Labels that an aggregation groups by, and that no metric below it has."""
    below: dict[int, tuple[pp.AggregateExpr, set[str], set[str]]] = {}
    for one in looked:
        for index, node in enumerate(one.path):
            if isinstance(node, pp.AggregateExpr) and not _makes_labels(one.path[index + 1 :], node):
                # The parser has one object per node of the tree, which the paths keep alive.
                entry = below.setdefault(id(node), (node, set(), set()))
                entry[1].update(labels[one.metric])
                entry[2].add(one.metric)
    found: list[Finding] = []
    for node, known, metrics in below.values():
        how, named = grouping(node)
        for label in named:
            if label not in known and how == "by":
                of = ", ".join(sorted(metrics))
                found.append(
                    Finding("no-such-grouping", f"{of} has no label {label} to group by", suggestion(label, known))
                )
    return found


def _makes_labels(path: Sequence[pp.Expr], node: pp.AggregateExpr) -> bool:
    """Whether something between the aggregation and the selector may add labels."""
    inside = [node, *path]
    return any(
        (isinstance(part, pp.Call) and part.func.name in LABEL_CREATORS)
        or (isinstance(part, pp.AggregateExpr) and part is not node and operator_of(part) == "count_values")
        or isinstance(part, pp.BinaryExpr)
        for part in inside
    )


def _names_a_value(matcher: Matcher, labels: set[str]) -> bool:
    """Whether to look up the value. Values of labels that hold secrets are never shown, not even as the nearest."""
    if is_sensitive_name(matcher.label):
        return False
    return matcher.operator == "=" and matcher.value != "" and matcher.label in labels


async def _missing_value(client: PrometheusClient, one: Selector, matcher: Matcher) -> Finding | None:
    values = await client.label_values(matcher.label, _all_of(one.metric))
    if matcher.value in values:
        return None
    told = ", ".join(values[:5]) + (", …" if len(values) > 5 else "")
    return Finding(
        "no-such-value",
        f"{_whose(one)} {matcher.label} {matcher.value!r}",
        _like(matcher.value, values) or f"existing values: {told}",
    )


def _whose(one: Selector) -> str:
    return f"{one.metric} has no" if one.metric else "no metric has the"


def _all_of(metric: str) -> str:
    return selector_of(metric) if metric else ""


def _like(wanted: str, values: Sequence[str]) -> str:
    """The values that contain the text or are spelled like it. Of very many only those with the same beginning are
    compared, because each comparison takes time.
    """
    if holding := sorted((one for one in values if wanted.lower() in one.lower()), key=lambda one: (len(one), one)):
        return f"Did you mean {', '.join(holding[:3])}?"
    if len(values) > _MOST_COMPARED:
        values = [one for one in values if one[:2].lower() == wanted[:2].lower()][:_MOST_COMPARED]
    return suggestion(wanted, values)


def _needs_two(one: Selector) -> bool:
    call = next(one.calls(), None)
    nested = any(isinstance(node, pp.SubqueryExpr) for node in one.path)
    return one.range is not None and call is not None and call.func.name in _NEED_TWO and not nested


async def _too_short(client: PrometheusClient, one: Selector, at: float) -> Finding | None:
    """Counts samples instead of using a scrape interval, which differs between targets and is unknown for pushes."""
    assert one.range is not None
    span = format_duration(one.range)
    counted = await client.query(f"max(count_over_time({one.text}[{span}]))", at)
    samples = counted.series[0].samples[0][1] if counted.series else 0.0
    if samples >= _COMFORTABLE:
        return None
    if samples == 0:
        present = await client.query(f"count({one.text})", at)
        if not present.series:
            return None  # No data at all is another finding.
    function = next(one.calls()).func.name
    longer = format_duration(max(one.range * _COMFORTABLE, 60.0))
    if samples < 2:
        return Finding(
            "range-too-short",
            f"{function}() needs two samples, but [{span}] contains {samples:.0f} of {one.name}: the result is empty",
            f"about [{longer}]",
        )
    return Finding(
        "range-short",
        f"[{span}] contains only {samples:.0f} samples of {one.name}: one failed scrape leaves a gap",
        f"about [{longer}]",
    )
