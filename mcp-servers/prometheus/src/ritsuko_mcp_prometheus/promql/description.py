"""A query described in words: a tree with a line for each step."""

import promql_parser as pp

from ritsuko_common.durations import format_duration
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.times import format_time
from ritsuko_mcp_prometheus.promql.syntax import (
    Matcher,
    children,
    enum_name,
    grouping,
    matchers,
    operator_of,
    strip_parens,
    value_type,
)

# {0} is the first argument that is not a vector, {1} the second, ...
_FUNCTIONS = {
    "abs": "absolute value",
    "absent": "1 if there is no such series, otherwise empty",
    "absent_over_time": "1 if there is no sample in the range, otherwise empty",
    "ceil": "rounded up",
    "changes": "how often the value changed in the range",
    "clamp": "clamped between {0} and {1}",
    "clamp_max": "at most {0}",
    "clamp_min": "at least {0}",
    "count_over_time": "number of samples in the range",
    "days_in_month": "days in the month of a timestamp",
    "day_of_month": "day of the month (1 to 31, UTC)",
    "day_of_week": "day of the week (0 is Sunday, UTC)",
    "day_of_year": "day of the year (UTC)",
    "deg": "radians as degrees",
    "delta": "difference between end and start of the range (for gauges)",
    "deriv": "slope per second, by linear regression (for gauges)",
    "double_exponential_smoothing": "smoothed, factors {0} and {1}",
    "exp": "e to the power of the value",
    "first_over_time": "oldest sample of the range",
    "floor": "rounded down",
    "histogram_avg": "mean observation of native histograms",
    "histogram_count": "number of observations in native histograms",
    "histogram_fraction": "fraction of observations between {0} and {1}",
    "histogram_quantile": "estimated quantile {0} of the observations",
    "histogram_stddev": "standard deviation of native histograms",
    "histogram_stdvar": "variance of native histograms",
    "histogram_sum": "sum of the observations in native histograms",
    "holt_winters": "smoothed, factors {0} and {1}",
    "hour": "hour of the day (UTC)",
    "idelta": "difference of the last two samples (for gauges)",
    "increase": "increase over the range (for counters)",
    "info": "with the labels of info metrics added",
    "irate": "increase per second between the last two samples (for counters)",
    "label_join": "labels joined by {1} into the label {0}",
    "label_replace": "label {0} set to {1}, from {2} where it matches {3}",
    "last_over_time": "newest sample of the range",
    "ln": "natural logarithm",
    "log10": "decimal logarithm",
    "log2": "binary logarithm",
    "mad_over_time": "median absolute deviation over the range",
    "minute": "minute of the hour (UTC)",
    "month": "month of the year (UTC)",
    "pi": "the number pi",
    "predict_linear": "value {0} seconds from now, by linear regression",
    "present_over_time": "1 for each series with a sample in the range",
    "quantile_over_time": "quantile {0} over the range",
    "rad": "degrees as radians",
    "rate": "increase per second over the range (for counters)",
    "resets": "how often the counter was reset in the range",
    "round": "rounded",
    "scalar": "the value of a single series as a number (NaN unless there is exactly one)",
    "sgn": "sign: 1, 0 or -1",
    "sort": "in ascending order",
    "sort_desc": "in descending order",
    "sort_by_label": "in the order of labels",
    "sort_by_label_desc": "in the reverse order of labels",
    "sqrt": "square root",
    "stddev_over_time": "standard deviation over the range",
    "stdvar_over_time": "variance over the range",
    "time": "the evaluation time, in Unix seconds",
    "timestamp": "when each sample was taken, in Unix seconds",
    "ts_of_first_over_time": "when the oldest sample of the range was taken, in Unix seconds",
    "ts_of_last_over_time": "when the newest sample of the range was taken, in Unix seconds",
    "ts_of_max_over_time": "when the range was at its highest, in Unix seconds",
    "ts_of_min_over_time": "when the range was at its lowest, in Unix seconds",
    "vector": "the number as a series without labels",
    "year": "year (UTC)",
}
_TRIGONOMETRY = {"sin": "sine", "cos": "cosine", "tan": "tangent"}
_OVER_TIME = {"avg": "mean", "min": "lowest value", "max": "highest value", "sum": "sum"}
_AGGREGATIONS = {
    "avg": "mean",
    "bottomk": "the {0} lowest",
    "count": "number of series",
    "count_values": "how many series have each value, in the label {0}",
    "group": "1 for each group",
    "limitk": "{0} arbitrary series",
    "limit_ratio": "an arbitrary fraction {0} of the series",
    "max": "highest",
    "min": "lowest",
    "quantile": "quantile {0}",
    "stddev": "standard deviation",
    "stdvar": "variance",
    "sum": "sum",
    "topk": "the {0} highest",
}
_BINARY = {
    "+": "plus",
    "-": "minus",
    "*": "times",
    "/": "divided by",
    "%": "modulo",
    "^": "to the power of",
    "atan2": "atan2",
    "and": "left series that also exist on the right",
    "or": "left series, plus right series that do not exist on the left",
    "unless": "left series that do not exist on the right",
}
_COMPARISONS = {
    "==": "equal to",
    "!=": "not equal to",
    ">": "above",
    "<": "below",
    ">=": "at least",
    "<=": "at most",
}
_CONDITIONS = {"=": "is", "!=": "is not", "=~": "matches", "!~": "does not match"}


def tree(root: pp.Expr) -> str:
    """The query as a tree, each step with the type of its result."""
    lines: list[tuple[str, str]] = []
    _draw(strip_parens(root), "", "", lines)
    width = min(max(len(text) for text, _ in lines), 90)
    return "\n".join(f"{text:{width}}  → {gives}" for text, gives in lines)


def phrase(node: pp.Expr) -> str:
    """One step in words."""
    match node:
        case pp.AggregateExpr():
            how, labels = grouping(node)
            parts = _AGGREGATIONS.get(operator_of(node), operator_of(node)).format(_literal(node.param))
            if how == "by":
                return f"{parts} for each {', '.join(labels)}" if labels else f"{parts} over all series"
            return f"{parts} for each combination of labels" + (f" except {', '.join(labels)}" if labels else "")
        case pp.BinaryExpr():
            return _binary(node)
        case pp.Call():
            words = _call(node)
            return f"{node.func.name}: {words}" if words else node.func.name
        case pp.VectorSelector():
            return _selector(node) + _when(node.offset, node.at)
        case pp.MatrixSelector():
            selector = node.vector_selector
            span = format_duration(node.range.total_seconds())
            return f"{_selector(selector)}, samples of {span}{_when(selector.offset, selector.at)}"
        case pp.SubqueryExpr():
            span = format_duration(node.range.total_seconds()) if node.range else ""
            interval = f"every {format_duration(node.step.total_seconds())}" if node.step else "at the default interval"
            return f"evaluated {interval} over {span}{_when(node.offset, node.at)}"
        case pp.UnaryExpr():
            return "negated"
        case pp.NumberLiteral() | pp.StringLiteral():
            return _literal(node)
        case _:
            return str(node)


def _draw(node: pp.Expr, lead: str, below: str, lines: list[tuple[str, str]]) -> None:
    lines.append((f"{lead}{phrase(node)}", value_type(node)))
    shown = [] if isinstance(node, pp.MatrixSelector) else [strip_parens(child) for child in children(node)]
    # Numbers and strings are part of the words, except in an operation on two numbers.
    if not isinstance(node, pp.BinaryExpr):
        shown = [child for child in shown if not isinstance(child, pp.NumberLiteral | pp.StringLiteral)]
    for index, child in enumerate(shown):
        last = index == len(shown) - 1
        _draw(child, f"{below}{'└─ ' if last else '├─ '}", f"{below}{'   ' if last else '│  '}", lines)


def _call(node: pp.Call) -> str:
    name = node.func.name
    settings = [_literal(argument) for argument in children(node) if value_type(argument) in ("scalar", "string")]
    words = _FUNCTIONS.get(name) or _aggregate_or_angle(name)
    try:
        return words.format(*settings)
    except IndexError:  # An optional argument was omitted.
        return words.partition(" {")[0]


def _aggregate_or_angle(name: str) -> str:
    """For composed names such as `max_over_time` and `acosh`."""
    if (part := name.removesuffix("_over_time")) in _OVER_TIME:
        return f"{_OVER_TIME[part]} over the range"
    angle = name.removeprefix("a").removesuffix("h")
    words = f"{'hyperbolic ' if name.endswith('h') else ''}{_TRIGONOMETRY.get(angle, '')}"
    if angle not in _TRIGONOMETRY:
        return ""
    return f"arc {words}" if name.startswith("a") else words


def _binary(node: pp.BinaryExpr) -> str:
    operator = operator_of(node)
    modifier = node.modifier
    if operator in _COMPARISONS:
        words = f"left is {_COMPARISONS[operator]} right"
        words = f"{words}, as 1 or 0" if modifier and modifier.return_bool else f"only where {words}"
    else:
        words = _BINARY.get(operator, operator)
    if modifier is not None and modifier.matching is not None:
        names = ", ".join(modifier.matching.labels) or "no label"
        include = enum_name(modifier.matching.type) == "Include"
        words += f"; matched on {names}" if include else f"; matched on all labels except {names}"
    if modifier is not None:
        sides = {"ManyToOne": "left", "OneToMany": "right"}
        if side := sides.get(enum_name(modifier.card)):
            copied = ", ".join(modifier.group_labels or [])
            words += f"; many on the {side}" + (f", with {copied} copied from the other side" if copied else "")
    return words


def _selector(selector: pp.VectorSelector) -> str:
    alternatives = [
        ", ".join(f"{one.label} {_CONDITIONS[one.operator]} {_compared(one)}" for one in part)
        for part in matchers(selector)
    ]
    where = " or ".join(filter(None, alternatives))
    if selector.name:
        return f"{selector.name} where {where}" if where else selector.name
    return f"every series where {where}"


def _when(offset: object, at: pp.AtModifier | None) -> str:
    words = ""
    if at is not None:
        kind = enum_name(at.type)
        moment = format_time(at.at.timestamp()) if at.at is not None else ""
        words += {"Start": ", as of the query's start", "End": ", as of the query's end"}.get(kind, f", as of {moment}")
    seconds = getattr(offset, "total_seconds", lambda: 0.0)()
    if seconds:
        words += f", {format_duration(abs(seconds))} {'earlier' if seconds > 0 else 'later'}"
    return words


def _literal(node: pp.Expr | None) -> str:
    match node:
        case None:
            return ""
        case pp.NumberLiteral():
            return f"{node.val:g}"
        case pp.StringLiteral():
            return _shown(node.val)
        case _:
            return f"({phrase(strip_parens(node))})"


def _compared(matcher: Matcher) -> str:
    """Hides secrets here: redaction does not recognise a value within a sentence."""
    return "(redacted)" if is_sensitive_name(matcher.label) and matcher.value else _shown(matcher.value)


def _shown(value: str) -> str:
    return f'"{value}"' if value else "empty"
