from __future__ import annotations

from typing import Any

import pytest

from ritsuko_bot.commands.arguments import BadArguments, bind
from ritsuko_bot.commands.tokens import tokenize
from tests.unit.bot_commands.schemas import GET, MIXED, QUERY


def bound(line: str, schema: dict[str, Any]) -> dict[str, Any]:
    return bind(line, tokenize(line), schema)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cpu_usage", {"query": "cpu_usage"}),
        ("sum(rate(x[5m])) by (job)", {"query": "sum(rate(x[5m])) by (job)"}),
        ("sum(a)  /\n  sum(b)", {"query": "sum(a)  /\n  sum(b)"}),
        ('up{job="my app", env=~"a|b"} == 0', {"query": 'up{job="my app", env=~"a|b"} == 0'}),
        ("up{job=“api”} > 1", {"query": 'up{job="api"} > 1'}),
        ('"up" 2026-01-01', {"query": "up", "time": "2026-01-01"}),
        ("`up` limit=5", {"query": "up", "limit": 5}),
        ("up limit=5", {"query": "up", "limit": 5}),
        ("limit=5 up == 1", {"query": "up == 1", "limit": 5}),
        ("up == limit=5 1", {"query": "up == 1", "limit": 5}),
        ("up --limit 5", {"query": "up", "limit": 5}),
        ("up —limit 5", {"query": "up", "limit": 5}),
        ("up --limit=5 --time now", {"query": "up", "time": "now", "limit": 5}),
        ("error — timeout", {"query": "error — timeout"}),
        ("level=error status=500", {"query": "level=error status=500"}),
        ("-- a --b limit=5", {"query": "a --b limit=5"}),
        ('{"query": "up", "limit": "7"}', {"query": "up", "limit": 7}),
        ('```json\n{"query": "up == 1", "limit": 7}\n```', {"query": "up == 1", "limit": 7}),
        ('up {"limit": 7}', {"query": "up", "limit": 7}),
    ],
)
def test_text_takes_the_words_that_are_left(line: str, expected: dict[str, Any]) -> None:
    assert bound(line, QUERY) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pods", {"kind": "pods"}),
        ("pods web kube-system", {"kind": "pods", "name": "web", "namespace": "kube-system"}),
        ("pods -n kube-system", {"kind": "pods", "namespace": "kube-system"}),
        ("pods -A", {"kind": "pods", "all_namespaces": True}),
        ("pods -l app=web", {"kind": "pods", "labelSelector": "app=web"}),
        ("pods label-selector=app=web", {"kind": "pods", "labelSelector": "app=web"}),
        ("pods --all-namespaces", {"kind": "pods", "all_namespaces": True}),
        ("pods --no-all-namespaces", {"kind": "pods", "all_namespaces": False}),
        ("pods --all_namespaces false web", {"kind": "pods", "name": "web", "all_namespaces": False}),
        ("pods ALL_NAMESPACES=yes", {"kind": "pods", "all_namespaces": True}),
        ("pods fields=a,b fields=c", {"kind": "pods", "fields": ["a", "b", "c"]}),
        ('pods fields=["a b", "c"]', {"kind": "pods", "fields": ["a b", "c"]}),
        ("pods w n l true x y", {"kind": "pods", "name": "w", "namespace": "n", "labelSelector": "l",
                                 "all_namespaces": True, "fields": ["x", "y"]}),
        ("kind=pods web", {"kind": "pods", "name": "web"}),
        ("pods app=web", {"kind": "pods", "name": "app=web"}),
    ],
)  # fmt: skip
def test_words_fill_the_schema_in_its_order(line: str, expected: dict[str, Any]) -> None:
    assert bound(line, GET) == expected


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("level=high", "level", "High"),
        ("ratio=0.5", "ratio", 0.5),
        ("ratio=2", "ratio", 2),
        ("count=null", "count", None),
        ("count=-3", "count", -3),
        ("either=5", "either", 5),
        ('either="5"', "either", "5"),
        ("either=five", "either", "five"),
        ("numbers=1,2", "numbers", [1, 2]),
        ("numbers=[1, 2]", "numbers", [1, 2]),
        ("--numbers 1 --numbers 2", "numbers", [1, 2]),
        ('where={"zone": "a", "port": "80"}', "where", {"zone": "a", "port": 80}),
        ('anything={"a": [1]}', "anything", {"a": [1]}),
        ("anything=word", "anything", "word"),
        ("anything=12", "anything", 12),
        ("types=true", "types", True),
        ("types=maybe", "types", "maybe"),
    ],
)
def test_values_are_coerced_by_the_schema(line: str, name: str, value: object) -> None:
    found = bound(line, MIXED)
    assert found == {name: value}
    assert type(found[name]) is type(value)


@pytest.mark.parametrize(
    ("line", "schema", "message"),
    [
        ("", QUERY, "missing argument: query."),
        ("up limit=abc", QUERY, "limit must be a whole number from 1 to 100, not abc."),
        ("up limit=500", QUERY, "limit must be a whole number from 1 to 100, not 500."),
        ("up limit=1 limit=2", QUERY, "limit is set twice."),
        ("up --limit", QUERY, "--limit needs a value."),
        ("up limt=5", QUERY,
         "unknown argument limt. Did you mean limit=…? To pass it as text, put it in quotes."),
        ("up --limt 5", QUERY, "unknown option --limt. Did you mean --limit?"),
        ("up --whatever", QUERY, "unknown option --whatever."),
        ('{"qery": "up", "limit": 5}', QUERY, "unknown argument qery. Did you mean query?"),
        ("level=medium", MIXED, "level must be one of Low, High, not medium."),
        ("ratio=0", MIXED, "ratio must be a number above 0, not 0."),
        ("ratio=1e999", MIXED, "ratio must be a number above 0, not 1e999."),
        ("numbers=1,2,3,4,5,6", MIXED,
         "numbers must be a list (a whole number) of at most 5 items, not 1,2,3,4,5,6."),
        ("where=here", MIXED, "where must be a JSON object with zone, port, not here."),
        ('where={"port": 1}', MIXED, """where must be an object with zone, not {"port": 1}."""),
        ('where={"zone": "a", "port": "x"}', MIXED,
         """where must be a whole number in port, not {"zone": "a", "port": "x"}."""),
        ("pods a b c maybe", GET, "all_namespaces must be true or false, not maybe."),
    ],
)  # fmt: skip
def test_a_mistake_is_named(line: str, schema: dict[str, Any], message: str) -> None:
    with pytest.raises(BadArguments) as caught:
        bound(line, schema)
    assert str(caught.value) == message


def test_too_many_words_are_shown_back() -> None:
    two = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
    with pytest.raises(BadArguments, match=r"too many arguments: 3 4\."):
        bound("1 2 3 4", two)


def test_the_only_parameter_takes_several_words() -> None:
    assert bound("New York", {"properties": {"city": {"type": "string"}}}) == {"city": "New York"}


def test_a_list_by_position_takes_all_words() -> None:
    assert bound("1 2 3", {"properties": {"numbers": {"type": "array", "items": {"type": "integer"}}}}) == {
        "numbers": [1, 2, 3]
    }


def test_a_schema_that_refers_to_itself_is_no_trap() -> None:
    tree = {"$ref": "#/$defs/Tree"}
    schema = {
        "$defs": {"Tree": {"type": "array", "items": tree}, "Loop": {"$ref": "#/$defs/Loop"}},
        "properties": {"tree": tree, "loop": {"$ref": "#/$defs/Loop"}},
    }
    assert bound("tree=[[[]],[]] loop=x", schema) == {"tree": [[[]], []], "loop": "x"}
    with pytest.raises(BadArguments):
        bound("tree=[[1]]", schema)
