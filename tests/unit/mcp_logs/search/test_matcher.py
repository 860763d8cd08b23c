"""What a look at a whole block finds is what a look at each line would find."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.lines.levels import RANKS, level_of
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.search.matcher import Matcher

EXPRESSIONS = [
    "err.r", "^error", "error$", r"\Aerror", r"error\z", r"\berror\b", r"\Brror", r"\s+error", "[^x]*INFO", "2026",
    "^$", "", r"\n", "a.b|größe",
]  # fmt: skip
ORIGIN = Origin("shop", "web-1", "app")
WORDS = [
    "error",
    "ERROR",
    "Fehler",
    "größe",
    "INFO",
    "level=warn",
    '{"level":"error"}',
    "E0102 11:12:13",
    "2026",
    "",
    " ",
    "a.b",
]
TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=4).map(" ".join), min_size=1, max_size=12)


def batch(texts: list[str], *, fields: bool = False) -> Batch:
    data = "".join(f"2026-09-21T14:00:{number:02}.000000000Z {text}\n" for number, text in enumerate(texts))
    return Batch(ORIGIN, data.encode(), [{"code": str(number)} for number in range(len(texts))] if fields else ())


def query(**wanted: object) -> Query:
    return Query(since=0, until=1, **wanted)  # pyright: ignore[reportArgumentType]


def found(matcher: Matcher, block: Batch) -> list[int]:
    return [block.data[:start].count(b"\n") for start, _, _ in matcher.find(block)]


@settings(max_examples=300)
@given(
    texts=TEXTS,
    text=st.sampled_from(["error", "e", "größe", "2026", "00Z", "\n", "a.b", " ", "E0102"]),
    case_sensitive=st.booleans(),
    level=st.sampled_from(["", "debug", "info", "warn", "error", "fatal"]),
    exclude=st.sampled_from(["", "INFO", "ö", "error", "00Z", " "]),
)
def test_texts_and_levels(texts: list[str], text: str, case_sensitive: bool, level: str, exclude: str) -> None:
    def has(line: str, text: str) -> bool:
        return text in line if case_sensitive else text.lower() in line.lower()

    def wanted(line: str) -> bool:
        stated = level_of(line.encode())
        has_level = not level or (stated is not None and RANKS[stated] >= RANKS[level])
        return has(line, text) and not (exclude and has(line, exclude)) and has_level

    matcher = Matcher(query(text=text, exclude=exclude, case_sensitive=case_sensitive, level=level))
    expected = [number for number, line in enumerate(texts) if wanted(line)]
    assert found(matcher, batch(texts)) == expected
    assert found(matcher, batch(texts, fields=True)) == expected


@settings(max_examples=300)
@given(texts=TEXTS, expression=st.sampled_from(EXPRESSIONS))
def test_expressions_see_one_line_at_a_time(texts: list[str], expression: str) -> None:
    matcher = Matcher(query(text=expression, regex=True))
    one_by_one = [number for number, text in enumerate(texts) if found(matcher, batch([text]))]
    assert found(matcher, batch(texts)) == one_by_one


def coloured(texts: list[str]) -> list[str]:
    """The same for who reads them."""
    return [text.replace("error", "\x1b[31merr\x1b[0mor").replace(" ", " \x1b[1m") + "\r" for text in texts]


@settings(max_examples=300)
@given(
    texts=TEXTS,
    asked=st.one_of(
        st.fixed_dictionaries({"text": st.sampled_from(EXPRESSIONS), "regex": st.just(True)}),
        st.fixed_dictionaries({"text": st.sampled_from(["error", "a.b", "r E"]), "case_sensitive": st.booleans()}),
        st.fixed_dictionaries({"level": st.sampled_from(["info", "error"])}),
        st.fixed_dictionaries({"exclude": st.sampled_from(["error", "r E", "a.b"]), "regex": st.booleans()}),
    ),
    only=st.integers(0, 11),
)
def test_colours_hide_nothing(texts: list[str], asked: dict[str, object], only: int) -> None:
    matcher = Matcher(query(**asked))
    some = [*texts[:only], *coloured(texts[only:])]
    assert found(matcher, batch(some)) == found(matcher, batch(texts))
    assert found(matcher, batch(some, fields=True)) == found(matcher, batch(texts, fields=True))
    data = batch(some).data
    assert [data[start:end].split(b" ", 1)[1] for start, end, _ in matcher.find(batch(some))] == [
        line.raw for _, _, line in matcher.find(batch(some))
    ]


def test_anchors_mean_the_line_and_not_its_timestamp() -> None:
    assert found(Matcher(query(text="^error", regex=True)), batch(["error one", "no error"])) == [0]
    assert found(Matcher(query(text="2026-09", regex=True)), batch(["error one", "in 2026-09 it was"])) == [1]


def test_fields_of_the_line_or_of_the_source() -> None:
    block = batch(['{"status": 500, "user": {"id": "7"}}', 'status=404 msg="not found"', "prose about status 500"])
    assert found(Matcher(query(fields=(("status", "500"),))), block) == [0]
    assert found(Matcher(query(fields=(("user.id", "7"),))), block) == [0]
    assert found(Matcher(query(fields=(("msg", "not found"),))), block) == [1]
    assert found(Matcher(query(fields=(("code", "2"),))), batch(["a", "b", "c"], fields=True)) == [2]


FIELDED = [
    '{"status": 500, "who": "a"}', '{"status":"500"}', "status=500 who=a", "500", '{"took": 1.5e2}', '{"took": 150.0}',
    '{"nested": {"who": "a"}, "status": -5}', 'who="a b" status=5', "level=error who=a",
    '{"level": "ERROR", "ok": true}',
    '10.0.0.1 - - "GET /a HTTP/1.1" 500 2', "",
]  # fmt: skip


@settings(max_examples=300)
@given(
    texts=st.lists(st.sampled_from(FIELDED), min_size=1, max_size=12),
    wanted=st.lists(
        st.sampled_from(
            [
                ("status", "500"), ("status", "-5"), ("took", "150.0"), ("who", "a"), ("who", "a b"), ("ok", "true"),
                ("nested.who", "a"), ("level", "error"), ("path", "/a"),
            ]
        ),
        min_size=1,
        max_size=2,
    ),
)  # fmt: skip
def test_fields_are_found_in_a_block_as_in_its_lines(texts: list[str], wanted: list[tuple[str, str]]) -> None:
    block = batch(texts)
    matcher = Matcher(query(fields=tuple(wanted)))
    assert found(matcher, block) == [number for number, line in enumerate(block.lines()) if matcher.matches(line)]


@pytest.mark.parametrize("wanted", ["error", "ERROR", "err", "50"])
def test_a_level_goes_by_many_names(wanted: str) -> None:
    block = batch(['{"level":"Error"}', "level=err x", "[ERROR] x", '{"level":50,"msg":"x"}', "level=fatal", "x error"])
    assert found(Matcher(query(fields=(("level", wanted),))), block) == [0, 1, 2, 3]
    severe = batch(["severity=SEVERE", "severity=info", "level=error"])
    assert found(Matcher(query(fields=(("severity", wanted),))), severe) == [0]


def test_another_field_goes_by_its_value_alone() -> None:
    block = batch(["name=error", "name=ERROR", "other=1"])
    assert found(Matcher(query(fields=(("name", "error"),))), block) == [0]
    assert found(Matcher(query(fields=(("nosuch", ""),))), block) == []


def test_what_is_no_expression_is_said() -> None:
    with pytest.raises(ToolFailure, match="not a regular expression"):
        Matcher(query(text="(", regex=True))
