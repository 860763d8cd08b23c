from __future__ import annotations

import pytest

from ritsuko_bot.commands.tokens import NotClosed, tokenize


def texts(line: str) -> list[str | None]:
    return [token.text for token in tokenize(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("get pods", ["get", "pods"]),
        ("get\n  pods\t web ", ["get", "pods", "web"]),
        ('search "connection refused" app', ["search", "connection refused", "app"]),
        ("search 'a b'", ["search", "a b"]),
        ("search “a b” ‘c d’ „e f“ «g h»", ["search", "a b", "c d", "e f", "g h"]),
        ('search “a b"', ["search", "a b"]),
        (r'say "a \"quoted\" word" "back\\slash" "\d+"', ["say", 'a "quoted" word', "back\\slash", r"\d+"]),
        (r"search it's what's up", ["search", "it's", "what's", "up"]),
        ("query `up{a=\"b c\"}` ``a`b``", ["query", 'up{a="b c"}', "a`b"]),
        ("call ```json\n{\"a\": 1}\n``` x", ["call", '{"a": 1}', "x"]),
        ("call ```\ntwo\nlines\n```", ["call", "two\nlines"]),
        (r"path C:\dir\file a\.b one\ word", ["path", r"C:\dir\file", r"a\.b", "one word"]),
        ("éclair 日本 -", ["éclair", "日本", "-"]),
        ('"" x', ["", "x"]),
    ],
)  # fmt: skip
def test_words_and_quotes(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


def test_quotes_inside_a_word_stay_and_hold_it_together() -> None:
    assert texts('up{job="my app",x=~"a|b c"} sum(x{a=\'b c\'}[5m])') == [
        'up{job="my app",x=~"a|b c"}',
        "sum(x{a='b c'}[5m])",
    ]


def test_typographic_quotes_inside_a_word_become_straight() -> None:
    assert texts("up{job=“my app”}") == ['up{job="my app"}']


def test_json_is_one_token_with_its_spaces() -> None:
    assert texts('a {"b": [1, 2], "c": "d e"} [1, 2] {“x”: 1}') == [
        "a",
        '{"b": [1, 2], "c": "d e"}',
        "[1, 2]",
        '{"x": 1}',
    ]


def test_braces_that_are_not_json_are_words() -> None:
    assert texts("{job=x} [5m] {a b}") == ["{job=x}", "[5m]", "{a", "b}"]


def test_keys_and_options_are_told_apart() -> None:
    tokens = tokenize('a=b --c=d --e —f key="x y" k={"a": 1} --no-g a{b="c"} == =x')
    assert [(t.key, t.dashes, t.text) for t in tokens] == [
        ("a", "", "b"),
        ("c", "--", "d"),
        ("e", "--", None),
        ("f", "—", None),
        ("key", "", "x y"),
        ("k", "", '{"a": 1}'),
        ("no-g", "--", None),
        (None, "", 'a{b="c"}'),
        (None, "", "=="),
        (None, "", "=x"),
    ]


@pytest.mark.parametrize(
    "line", ['search "open', "search “open", "search 'open", "query `up", "call ```json\n{}", 'a="b']
)
def test_an_open_quote_is_named(line: str) -> None:
    with pytest.raises(NotClosed):
        tokenize(line)


def test_positions_are_those_of_the_line() -> None:
    line = '  get  "a b"\n{"c": 1}'
    assert [line[token.start : token.end] for token in tokenize(line)] == ["get", '"a b"', '{"c": 1}']
