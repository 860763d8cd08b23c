"""Every function and operator of PromQL: the raw API's values through our tools, and what `explain` makes of each."""

import math
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import Any

import promql_parser as pp
import pytest
import pytest_asyncio

from ritsuko_mcp_prometheus.promql.query_errors import FUNCTIONS
from ritsuko_mcp_prometheus.promql.syntax import children, enum_name, operator_of, parse
from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings
from tests.integration.mcp_prometheus.calls import asking
from tests.integration.mcp_prometheus.conftest import END
from tests.integration.mcp_prometheus.promql_corpus import MALFORMED, corpus
from tests.integration.mcp_prometheus.real_prometheus import Prometheus
from tests.mcp_serving import serving

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="module")]

QUERIES = corpus()
OPERATORS = {"+", "-", "*", "/", "%", "^", "atan2", "==", "!=", ">", "<", ">=", "<=", "and", "or", "unless"}
_TYPES = {"vector": "instant vector", "matrix": "range vector", "scalar": "scalar", "string": "string"}
_SECRETS = ("token", "dsn")
_BESIDE_LABELS = {"value", "readable", "time", "count", "sum", "mean", "from", "to"}

Point = tuple[tuple[tuple[str, str], ...], str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(prometheus: Prometheus) -> AsyncIterator[str]:
    settings = PrometheusSettings(prometheus_url=prometheus.url, mcp_output_budget=1_000_000)
    async with serving(build(settings)) as address:
        yield address


def _nodes(root: pp.Expr) -> Iterator[pp.Expr]:
    yield root
    for child in children(root):
        yield from _nodes(child)


async def test_the_corpus_leaves_no_function_operator_or_modifier_out(address: str, prometheus: Prometheus) -> None:
    """What this Prometheus knows is asked of itself: a name that it doesn't know is an unknown function to it."""
    async with asking(address, prometheus.url) as ask:
        known: set[str] = set()
        for name in FUNCTIONS.split():
            refused = await ask.raw("format_query", query=f"{name}()")
            if "unknown function" not in refused.get("error", ""):
                known.add(name)
        nodes = [node for query in QUERIES for node in _nodes(parse(query))]
        used = {node.func.name for node in nodes if isinstance(node, pp.Call)}
        used |= {operator_of(node) for node in nodes if isinstance(node, pp.AggregateExpr)}
        assert len(QUERIES) >= 300
        assert len(known) >= 80
        assert known <= used
        binary = [node for node in nodes if isinstance(node, pp.BinaryExpr)]
        assert {operator_of(node) for node in binary} == OPERATORS
        modifiers = [node.modifier for node in binary if node.modifier is not None]
        assert {enum_name(one.card) for one in modifiers} == {"OneToOne", "ManyToOne", "OneToMany", "ManyToMany"}
        matchings = {enum_name(one.matching.type) for one in modifiers if one.matching is not None}
        assert matchings == {"Include", "Exclude"}
        assert {one.return_bool for one in modifiers} == {True, False}
        types = {type(node).__name__ for node in nodes}
        assert {"SubqueryExpr", "UnaryExpr", "ParenExpr", "MatrixSelector", "StringLiteral", "NumberLiteral"} <= types


async def test_values_are_those_of_the_raw_api(address: str, prometheus: Prometheus) -> None:
    async with asking(address, prometheus.url) as ask:
        for query in QUERIES:
            raw = (await ask.raw("query", query=query, time=END))["data"]
            answer = await ask.tool("query", query=query, time=str(END), limit=1000)
            if raw["resultType"] == "string":
                assert answer["summary"] == f"A string: {raw['result'][1]}".strip(), query
                continue
            if raw["resultType"] == "scalar":
                assert _same(answer["data"][0]["value"], raw["result"][1]), query
                continue
            rows = list(answer["data"])
            while answer.get("next_cursor"):
                answer = await ask.tool("query", query=query, time=str(END), limit=1000, cursor=answer["next_cursor"])
                rows += answer["data"]
            expected = sorted(_point(one["metric"], one["value"][1]) for one in raw["result"])
            shared = _shared(raw["result"])
            assert sorted(_shown(row, shared) for row in rows) == expected, query


async def test_points_over_time_are_those_of_the_raw_api(address: str, prometheus: Prometheus) -> None:
    start, end = END - 1500, END
    window: dict[str, str] = {"start": str(start), "end": str(end), "step": "5m"}
    async with asking(address, prometheus.url) as ask:
        for query in QUERIES[::3]:
            raw = await ask.raw("query_range", query=query, start=start, end=end, step=300)
            if raw["status"] == "error":  # A string or a range has no course.
                refused = await ask.tool("query_range", fails=True, query=query, **window)
                assert "invalid expression type" in refused["text"], query
                continue
            arguments = {"query": query, **window, "points": True, "limit": 1000}
            answer = await ask.tool("query_range", **arguments)
            rows = list(answer["data"])
            while answer.get("next_cursor"):
                answer = await ask.tool("query_range", **arguments, cursor=answer["next_cursor"])
                rows += answer["data"]
            series = raw["data"]["result"]
            expected = sorted(_point(one["metric"], value) for one in series for _, value in one["values"])
            shared = _shared(series)
            assert sorted(_shown(row, shared) for row in rows) == expected, query


async def test_statistics_are_those_of_the_points(address: str, prometheus: Prometheus) -> None:
    async with asking(address, prometheus.url) as ask:
        start, end, step = END - 3000, END, 300
        for query in (
            "cpu_usage",
            "strange",
            "rate(http_requests_total[5m])",
            "cpu_usage > 0.6",
            "time()",
            "0/0",
            "1/0",
        ):
            raw = (await ask.raw("query_range", query=query, start=start, end=end, step=step))["data"]["result"]
            answer = await ask.tool("query_range", query=query, start=str(start), end=str(end), step="5m")
            ordered = sorted(raw, key=lambda one: sorted(one["metric"].items()))
            for row, one in zip(answer["data"], ordered, strict=True):
                values = [float(value) for _, value in one["values"]]
                numbers = [value for value in values if not math.isnan(value)] or [math.nan]
                assert row["points"] == len(values)
                assert _same(row["last"], values[-1])
                assert _same(row["min"], min(numbers))
                assert _same(row["max"], max(numbers))
                middle = sorted(numbers)[(len(numbers) - 1) // 2 : len(numbers) // 2 + 1]
                assert float(row["median"]) == pytest.approx(sum(middle) / len(middle), nan_ok=True)


async def test_every_query_is_explained(address: str, prometheus: Prometheus) -> None:
    async with asking(address, prometheus.url) as ask:
        for query in QUERIES:
            answer = await ask.tool("explain", query=query)
            kind, _, _ = answer["summary"].partition(".")
            raw = await ask.raw("query", query=query, time=END)
            assert _TYPES[raw["data"]["resultType"]] in kind, query
            lines = answer["data"].splitlines()
            assert all(" → " in line for line in lines), query
            for name in re.findall(r"\b(?:cpu_usage|node_memory_bytes|http_requests_total|no_such_thing)\b", query):
                assert name in answer["data"], query


@pytest.mark.parametrize("query", MALFORMED)
async def test_a_malformed_query_is_refused_with_the_position(address: str, prometheus: Prometheus, query: str) -> None:
    async with asking(address, prometheus.url) as ask:
        raw = await ask.raw("format_query", query=query)
        position = re.search(r"(\d+):(\d+): parse error", raw["error"])
        answer = await ask.tool("explain", fails=True, query=query)
        assert position is not None, raw["error"]
        text, caret = answer["data"].rsplit("\n", 1)
        line = int(position[1])
        # Prometheus points behind a superfluous parenthesis and counts bytes: here it is at it, in characters.
        behind = "unexpected right parenthesis" in raw["error"]
        column = max(int(position[2]) - behind, 1)
        assert f"line {line}, column {column}:" in answer["summary"]
        assert text == query.split("\n")[line - 1] if line <= query.count("\n") + 1 else text == ""
        assert caret.index("^") == column - 1


def _same(one: float | str, other: float | str) -> bool:
    left, right = float(one), float(other)
    return left == right or (math.isnan(left) and math.isnan(right))


def _point(labels: Mapping[str, str], value: float | str) -> Point:
    """Labels without those that a secret was in: what they read is not what Prometheus said."""
    kept = sorted((name, text) for name, text in labels.items() if text and name not in _SECRETS)
    return tuple(kept), str(float(value))


def _shown(row: Mapping[str, Any], shared: Mapping[str, str]) -> Point:
    own = {name.removeprefix("label:"): text for name, text in row.items() if name not in _BESIDE_LABELS}
    if "metric" in own:
        own["__name__"] = own.pop("metric")
    return _point({**shared, **own}, row["value"])


def _shared(series: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Labels alike in all of several series: told once, above the table."""
    if len(series) < 2:
        return {}
    return dict(set.intersection(*(set(one["metric"].items()) for one in series)))
