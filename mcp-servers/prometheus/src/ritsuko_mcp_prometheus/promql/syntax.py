"""The parse tree of promql-parser, with what it leaves untyped put into types."""

from collections.abc import Iterator
from dataclasses import dataclass

import promql_parser as pp

from ritsuko_mcp_prometheus.promql.selectors import PLAIN_NAME, quoted, quoted_name

_DEEPEST = 60
_TYPES = {"Vector": "instant vector", "Matrix": "range vector", "Scalar": "scalar", "String": "string"}
_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}

# Before Prometheus 3 it had this name.
pp.register_extra_functions(
    [
        pp.Function(
            "holt_winters",
            [pp.ValueType.Matrix, pp.ValueType.Scalar, pp.ValueType.Scalar],
            pp.ValueType.Vector,
        )
    ]
)


class ParseFailure(Exception):
    """The parser does not take the query; the message is its complaint."""


@dataclass(frozen=True, slots=True)
class Matcher:
    """One label matcher; `operator` is one of = != =~ !~."""

    label: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{quoted_name(self.label)}{self.operator}{quoted(self.value)}"


@dataclass(frozen=True, slots=True)
class Selector:
    """A selector in a query: what it selects, how far back (seconds; None: the newest sample), and what it stands in.

    `path` goes from the whole query down to the selector. `shifted`: it looks at another time than the query's.
    """

    metric: str
    matchers: tuple[Matcher, ...]
    range: float | None
    path: tuple[pp.Expr, ...]
    shifted: bool = False

    @property
    def text(self) -> str:
        """The selector alone, as one would write it."""
        plain = PLAIN_NAME.fullmatch(self.metric) is not None
        inner = [str(matcher) for matcher in self.matchers]
        if self.metric and not plain:
            inner.insert(0, f"__name__={quoted(self.metric)}")
        name = self.metric if plain else ""
        return f"{name}{{{', '.join(inner)}}}" if inner or not name else name

    @property
    def name(self) -> str:
        """The metric, or what selects where none is named."""
        return self.metric or self.text

    @property
    def lookback(self) -> float | None:
        """How far back from its moment the query sees its samples, in seconds; None: to the newest one."""
        nested = [node.range.total_seconds() for node in self.path if isinstance(node, pp.SubqueryExpr) and node.range]
        return sum(nested) + (self.range or 0.0) if nested else self.range

    def calls(self) -> Iterator[pp.Call]:
        """The functions it stands in, the nearest first."""
        return (node for node in reversed(self.path) if isinstance(node, pp.Call))

    def aggregations(self) -> Iterator[pp.AggregateExpr]:
        """The aggregations it stands in, the nearest first."""
        return (node for node in reversed(self.path) if isinstance(node, pp.AggregateExpr))


def parse(promql: str) -> pp.Expr:
    """Raises Unparsable, also for what is nested deeper than anybody reads."""
    try:
        root = pp.parse(promql)
    except ValueError as error:
        raise ParseFailure(str(error)) from error
    level = [root]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in children(node)]
        if not level:
            return root
    raise ParseFailure(f"it is nested more than {_DEEPEST} levels deep")


def children(node: pp.Expr) -> list[pp.Expr]:
    """What a node is made of, in the order it is written."""
    match node:
        case pp.AggregateExpr():
            parameter: pp.Expr | None = node.param
            return [node.expr] if parameter is None else [parameter, node.expr]
        case pp.BinaryExpr():
            return [node.lhs, node.rhs]
        case pp.Call():
            arguments: list[pp.Expr] = node.args
            return arguments
        case pp.ParenExpr() | pp.UnaryExpr() | pp.SubqueryExpr():
            return [node.expr]
        case pp.MatrixSelector():
            return [node.vector_selector]
        case _:
            return []


def walk(root: pp.Expr) -> Iterator[pp.Expr]:
    """The node and all below it."""
    yield root
    for child in children(root):
        yield from walk(child)


def strip_parens(node: pp.Expr) -> pp.Expr:
    """Without the parentheses around it."""
    while isinstance(node, pp.ParenExpr):
        node = node.expr
    return node


def value_type(node: pp.Expr) -> str:
    """`instant vector`, `range vector`, `scalar` or `string`."""
    match node:
        case pp.NumberLiteral():
            return "scalar"
        case pp.StringLiteral():
            return "string"
        case pp.MatrixSelector() | pp.SubqueryExpr():
            return "range vector"
        case pp.Call():
            return _TYPES[enum_name(node.func.return_type)]
        case pp.ParenExpr() | pp.UnaryExpr():
            return value_type(node.expr)
        case pp.BinaryExpr() if value_type(node.lhs) == value_type(node.rhs) == "scalar":
            return "scalar"
        case _:
            return "instant vector"


def selectors(root: pp.Expr) -> list[Selector]:
    """Every selector, in the order they are written."""
    found: list[Selector] = []

    def visit(node: pp.Expr, path: tuple[pp.Expr, ...]) -> None:
        match node:
            case pp.VectorSelector():
                found.append(_selector(node, None, path))
            case pp.MatrixSelector():
                found.append(_selector(node.vector_selector, node.range.total_seconds(), path))
            case _:
                for child in children(node):
                    visit(child, (*path, node))

    visit(root, ())
    return found


def matchers(selector: pp.VectorSelector) -> list[list[Matcher]]:
    """Alternatives (just one, except in MetricsQL), each a list of conditions that all must hold."""
    alternatives = selector.matchers.or_matchers or [selector.matchers.matchers]
    return [
        [Matcher(one.name, _OPERATORS[enum_name(one.op)], one.value) for one in alternative]
        for alternative in alternatives
    ]


def operator_of(node: pp.AggregateExpr | pp.BinaryExpr) -> str:
    """`sum`, `+`, `and`."""
    return str(node.op)


def grouping(node: pp.AggregateExpr) -> tuple[str, list[str]]:
    """`("by", [...])`, `("without", [...])`; no grouping is by nothing."""
    if node.modifier is None:
        return "by", []
    return enum_name(node.modifier.type).lower(), list(node.modifier.labels)


def enum_name(member: object) -> str:
    """The parser's enumerations are no Python ones: `MatchOp.Re` tells its name only by its repr."""
    return repr(member).rpartition(".")[2]


def _selector(selector: pp.VectorSelector, range: float | None, path: tuple[pp.Expr, ...]) -> Selector:
    metric = selector.name or ""
    kept: list[Matcher] = []
    alternatives = matchers(selector)
    # What alternatives have in common is not looked for: they are looked up by the metric's name alone.
    for matcher in alternatives[0] if len(alternatives) == 1 else []:
        if matcher.label == "__name__" and matcher.operator == "=":
            metric = matcher.value
        else:
            kept.append(matcher)
    subqueries = [node for node in path if isinstance(node, pp.SubqueryExpr)]
    shifted = any(node.offset is not None or node.at is not None for node in (selector, *subqueries))
    return Selector(metric, tuple(kept), range, path, shifted)
