"""The parse tree of promql-parser, with types for what the library leaves untyped."""

from collections.abc import Iterator
from dataclasses import dataclass

import promql_parser as pp

from ritsuko_mcp_prometheus.promql.selectors import PLAIN_NAME, quoted, quoted_name

_DEEPEST = 60
_TYPES = {"Vector": "instant vector", "Matrix": "range vector", "Scalar": "scalar", "String": "string"}
_OPERATORS = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}

# The name of double_exponential_smoothing before Prometheus 3.
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
    """The parser rejected the query; the message is its complaint."""


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
    """A selector in a query: its metric and matchers, its range (seconds; None: instant), and its ancestors.

    `path` leads from the whole query down to the selector. `shifted`: it has an offset or @.
    """

    metric: str
    matchers: tuple[Matcher, ...]
    range: float | None
    path: tuple[pp.Expr, ...]
    shifted: bool = False

    @property
    def text(self) -> str:
        """The selector as PromQL, without its range."""
        plain = PLAIN_NAME.fullmatch(self.metric) is not None
        inner = [str(matcher) for matcher in self.matchers]
        if self.metric and not plain:
            inner.insert(0, f"__name__={quoted(self.metric)}")
        name = self.metric if plain else ""
        return f"{name}{{{', '.join(inner)}}}" if inner or not name else name

    @property
    def name(self) -> str:
        """The metric, or the selector if it names none."""
        return self.metric or self.text

    @property
    def lookback(self) -> float | None:
        """How far back the query uses samples, in seconds; None: only the newest one."""
        nested = [node.range.total_seconds() for node in self.path if isinstance(node, pp.SubqueryExpr) and node.range]
        return sum(nested) + (self.range or 0.0) if nested else self.range

    def calls(self) -> Iterator[pp.Call]:
        """The functions around it, innermost first."""
        return (node for node in reversed(self.path) if isinstance(node, pp.Call))

    def aggregations(self) -> Iterator[pp.AggregateExpr]:
        """The aggregations around it, innermost first."""
        return (node for node in reversed(self.path) if isinstance(node, pp.AggregateExpr))


def parse(promql: str) -> pp.Expr:
    """The parsed query. Raises ParseFailure, also for a query that is nested too deeply."""
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
    """The child nodes, in the order of the query."""
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
    """The node and all nodes below it."""
    yield root
    for child in children(root):
        yield from walk(child)


def strip_parens(node: pp.Expr) -> pp.Expr:
    """The node without surrounding parentheses."""
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
    """All selectors, in the order of the query."""
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
    """Alternatives (only one, except in MetricsQL), each a list of matchers that must all match."""
    alternatives = selector.matchers.or_matchers or [selector.matchers.matchers]
    return [
        [Matcher(one.name, _OPERATORS[enum_name(one.op)], one.value) for one in alternative]
        for alternative in alternatives
    ]


def operator_of(node: pp.AggregateExpr | pp.BinaryExpr) -> str:
    """`sum`, `+`, `and`."""
    return str(node.op)


def grouping(node: pp.AggregateExpr) -> tuple[str, list[str]]:
    """`("by", [...])`, `("without", [...])`; without grouping `("by", [])`."""
    if node.modifier is None:
        return "by", []
    return enum_name(node.modifier.type).lower(), list(node.modifier.labels)


def enum_name(member: object) -> str:
    """The name of an enumeration member: the parser's `MatchOp.Re` has it only in its repr."""
    return repr(member).rpartition(".")[2]


def _selector(selector: pp.VectorSelector, range: float | None, path: tuple[pp.Expr, ...]) -> Selector:
    metric = selector.name or ""
    kept: list[Matcher] = []
    alternatives = matchers(selector)
    # Alternatives are looked up by the metric's name alone.
    for matcher in alternatives[0] if len(alternatives) == 1 else []:
        if matcher.label == "__name__" and matcher.operator == "=":
            metric = matcher.value
        else:
            kept.append(matcher)
    subqueries = [node for node in path if isinstance(node, pp.SubqueryExpr)]
    shifted = any(node.offset is not None or node.at is not None for node in (selector, *subqueries))
    return Selector(metric, tuple(kept), range, path, shifted)
