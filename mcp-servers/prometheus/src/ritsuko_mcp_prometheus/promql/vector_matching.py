"""Labels in on (...) or group_left (...) that no metric of that side has, without I/O."""

from collections.abc import Iterator, Mapping, Sequence

import promql_parser as pp

from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_prometheus.promql.lint import Finding
from ritsuko_mcp_prometheus.promql.syntax import Selector, enum_name, operator_of, selectors, walk

# These create labels.
LABEL_CREATORS = frozenset({"label_replace", "label_join", "info"})
_ONE_SIDED = {"ManyToOne": ("rhs", "group_left"), "OneToMany": ("lhs", "group_right")}


def missing_match_labels(looked: Sequence[Selector], labels: Mapping[str, set[str]]) -> list[Finding]:
    """For the operators around the selectors; `labels` has the labels of each metric that was looked up."""
    nodes = {id(node): node for one in looked for node in one.path if isinstance(node, pp.BinaryExpr)}
    return [
        finding
        for node in nodes.values()
        for side, label, use in _wanted(node)
        for finding in _missing(side, label, use, labels)
    ]


def _wanted(node: pp.BinaryExpr) -> Iterator[tuple[pp.Expr, str, str]]:
    """Which side needs which label, and what for."""
    modifier = node.modifier
    if modifier is None:
        return
    if modifier.matching is not None and enum_name(modifier.matching.type) == "Include":
        for label in modifier.matching.labels:
            yield node.lhs, label, "match on"
            yield node.rhs, label, "match on"
    if (card := enum_name(modifier.card)) in _ONE_SIDED:
        side, word = _ONE_SIDED[card]
        for label in modifier.group_labels or ():
            yield (node.rhs if side == "rhs" else node.lhs), label, f"copy with {word}"


def _missing(side: pp.Expr, label: str, use: str, labels: Mapping[str, set[str]]) -> Iterator[Finding]:
    of = selectors(side)
    if not of or any(one.metric not in labels for one in of) or any(map(_may_make_labels, walk(side))):
        return
    known = set[str]().union(*(labels[one.metric] for one in of))
    if label not in known:
        names = ", ".join(sorted({one.name for one in of}))
        yield Finding("no-such-pairing", f"{names} has no label {label} to {use}", suggestion(label, known))


def _may_make_labels(node: pp.Expr) -> bool:
    match node:
        case pp.Call():
            return node.func.name in LABEL_CREATORS
        case pp.AggregateExpr():
            return operator_of(node) == "count_values"
        case pp.BinaryExpr():
            return node.modifier is not None and bool(node.modifier.group_labels)
        case _:
            return False
