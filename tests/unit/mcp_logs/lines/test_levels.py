"""Levels as loggers write them, and what stores are asked so that no line of a level is missed."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ritsuko_mcp_logs.lines.levels import RANKS, level_field_values, level_in, level_named, level_of, signs, statements
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.mining.miner import Group, Miner
from ritsuko_mcp_logs.mining.occurrences import Spans
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.opensearch import dsl
from ritsuko_mcp_logs.sources.opensearch.mapping import Capability, Layout, fields

SINCE = 1_790_000_000
RED, RESET = "\x1b[31m", "\x1b[0m"


@pytest.mark.parametrize(
    ("line", "level"),
    [
        (f"2026-01-02T03:04:05.678Z\t{RED}ERROR{RESET}\tserver/pay.go:10\tfailed", "error"),
        ("2026-01-02T03:04:05Z \x1b[31mERROR\x1b[0;39m \x1b[35m1\x1b[0;39m \x1b[2m---\x1b[0;39m [main] x", "error"),
        (f"{RED}ERROR{RESET} 2026-01-02 03:04:05,678 [main] x", "error"),
        (f"\x1b[36mlevel=\x1b[0m{RED}warn{RESET} x", "warn"),
        ('{"level":50,"time":1531171074631,"msg":"db down","err":{"code":1}}', "error"),
        ('{"name":"web","pid":1, "level": 60, "msg":"x"}', "fatal"),
        ('{"level":10,"msg":"x"}', "debug"),
        ('web-1 | {"msg":"level=error is said","level":30}', "error"),
        ('{"level":30,"msg":"x level=error"}', "info"),
        ('{"player":{"level":50},"msg":"x"}', None),
        ('{"level":500}', None),
        ("level=50 x", None),
        ('{"severityText":"ERROR","body":"x"}', "error"),
        ("<error> x", "error"),
        ("<error>not found</error>", None),
        ("(ERROR) x", "error"),
        ("lost (error) again", None),
        ("**ERROR** x", "error"),
        ("npm ERR! code 1", "error"),
        ("[2026-01-02 03:04:05,678: ERROR/ForkPoolWorker-1] x", "error"),
        ("[E] x", "error"),
        ("03:04:05.678 [W] x", "warn"),
        ("[E 260102 03:04:05 web:7] x", "error"),
        ("matrix [E] is singular", None),
        ("E/Tag: x", "error"),
        ("W/System.err( 1234): x", "warn"),
        ("I/O: timeout", None),
        ("Error: x", "error"),
        ("error: no space left on device", "error"),
        ("git: fatal: x", "fatal"),
        ("panic: runtime error: x", "fatal"),
        ("fatal error: all goroutines are asleep", "fatal"),
        ("fail: Shop.Orders[13]", "error"),
        ("[03:04:05] \x1b[41mfail\x1b[0m: Microsoft.AspNetCore.Server.Kestrel[13] Connection id", "error"),
        ("crit: Shop.Orders[0]", "fatal"),
        ("dbug: Shop.Orders[0] error=none", "debug"),
        ("it may fail: retry[3] times", None),
        ("fail: no such order", None),
        ("error: nil", None),
        ("Error: null.", None),
        ("error=nil", None),
        ("0 errors, 0 warnings", None),
        ("ErrorBudget: low", None),
        ("Alert: a new login", None),
    ],
)
def test_levels(line: str, level: str | None) -> None:
    assert level_of(line.encode()) == level


def test_a_number_is_a_level_in_a_field_of_a_store_too() -> None:
    assert [level_named(value) for value in ("50", "40", "35", "WARNING")] == ["error", "warn", "", "warn"]


@pytest.mark.parametrize(
    ("fields", "level"),
    [
        ({"severity_number": "1"}, "debug"),
        ({"severity_number": "9"}, "info"),
        ({"severity_number": "16"}, "warn"),
        ({"SeverityNumber": "17"}, "error"),
        ({"severityNumber": "24"}, "fatal"),
        ({"severity_number": "0"}, ""),
        ({"severity_number": "25"}, ""),
        ({"severity_number": "50"}, ""),
        ({"severity_number": "17", "severity_text": "WARN"}, "warn"),
        ({"severity_number": "17", "severity_text": ""}, "error"),
        ({"level": "10"}, "debug"),
    ],
)
def test_levels_beside_the_text(fields: dict[str, str], level: str) -> None:
    assert level_in(fields) == level
    for least in RANKS if level else ():
        stated = any(
            fields.get(name, "").lower() in values for names, values in level_field_values(least) for name in names
        )
        assert stated or RANKS[level] < RANKS[least]


PIECES = st.sampled_from(
    [
        "error", "ERROR", "Warn", "panic", "ERR!", "<error>", "[E]", "[F", "(FATAL)", "**ERROR**", "E/Tag:", "W/ab(1):",
        "E0102 11:12:13", '{"level":50}', '{"level": 60,', '"level" : 40}', '"severityText":"ERROR"', "level=err", "a",
        "crit: A.B[20]", "fail: Shop[1]", f"fail{RESET}: Shop[1]",
        "lvl:", "fatal error:", "x:", "12:00:00", " ", "1", "{", RED, RESET, "\x1b[K", "\x1b]0;t\x07", "\r", "[", "]",
    ]
)  # fmt: skip
TEXTS = fields({"log": {"text": Capability(searchable=True, aggregatable=False)}})


@settings(max_examples=1_500)
@given(st.lists(PIECES, min_size=1, max_size=5), st.sampled_from(["", " "]), st.sampled_from(list(RANKS)))
def test_what_stores_are_asked_for_is_never_less_than_a_level(pieces: list[str], between: str, level: str) -> None:
    line = between.join(pieces)
    # Inside of words and numbers nobody puts colours.
    stated = level_of(line.encode()) if not re.search(r"\w\x1b\[[0-9;]*[mK]\w", line) else None
    if stated is None or RANKS[stated] < RANKS[level]:
        return
    assert statements(level).places(line.encode()), line
    assert any(re.search(sign, line) for sign in signs(level)), line
    (asked,) = dsl.clauses(Query(since=0, until=1, level=level), TEXTS, Layout(index="x", time="t"))
    expression = next(iter(re.findall(r"'log': {'value': '(.*?)', 'flags'", str(asked))))
    for words in (re.findall(r"\w+", line), line.split()):
        assert any(re.fullmatch(expression, word, re.IGNORECASE) for word in words), (line, words)


def mined(*lines: str) -> list[Group]:
    miner = Miner(Spans(((SINCE, SINCE + 1000),), 10))
    stamped = "".join(f"2026-09-21T14:13:{20 + index}.5Z {line}\n" for index, line in enumerate(lines))
    miner.feed(Batch(Origin("shop", "web-1", "app"), stamped.encode()))
    return miner.groups()


def test_an_error_in_colours_is_one_with_its_trace() -> None:
    trace = ("java.lang.IllegalStateException: order 5", "\tat com.shop.Order.ship(Order.java:12)")
    groups = mined("INFO a", f"{RED}ERROR{RESET} 03:04:05 [main] com.shop.Orders - Order 1005 failed", *trace, "INFO b")
    assert [(group.tally.level, len(group.tally.first.raws)) for group in groups] == [("error", 3)]


def test_the_same_message_at_another_level_is_another_line_though_levels_are_numbers() -> None:
    line = '{"level":%d,"time":1531171074631,"msg":"request completed"}'
    groups = mined(*(line % level for level in (30, 50, 30, 60, 30)))
    assert sum(group.tally.count for group in groups) == 2


@given(st.lists(PIECES, min_size=1, max_size=4).map(" ".join))
def test_what_a_search_finds_by_its_level_the_miner_finds_too(line: str) -> None:
    level = level_of(line.encode())
    if level and RANKS[level] >= RANKS["error"]:
        assert [group.tally.level for group in mined(line)] == [level]
