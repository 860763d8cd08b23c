"""An audit line holds no secret and stays short, whatever it is made of."""

import json

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.json_value import JsonValue
from ritsuko_common.redaction.excerpt import excerpt


def test_secrets_are_not_written() -> None:
    value: JsonValue = {
        "password": "hunter2",
        "nested": [{"api_key": "hunter2"}],
        "text": "see https://ada:hunter2@example.com/x",
        "-u": "Authorization: Bearer hunter2hunter2",
    }
    assert "hunter2" not in json.dumps(excerpt(value))


def test_ordinary_arguments_are_written_as_they_are() -> None:
    value: JsonValue = {"query": 'sum(rate(x{job="api"}[5m]))', "limit": 5, "keys": ["a"], "passenger": "Ada"}
    assert excerpt(value) == value


def test_long_texts_are_cut_and_give_their_length() -> None:
    assert excerpt("x y" * 600) == ("x y" * 600)[:500] + "… (1800 characters)"
    assert excerpt("x y" * 6_000) == ("x y" * 6_000)[:500] + "… (18000 characters)"


def test_a_secret_that_the_cut_goes_through_is_not_written_in_part() -> None:
    for place in range(440, 500):
        assert "hunter" not in str(excerpt("x " * (place // 2) + "postgres://ada:" + "hunter2" * 30 + "@db/x"))
    for place in range(1_900, 2_000, 3):
        assert "hunter" not in str(excerpt("x " * (place // 2) + "postgres://ada:" + "hunter2" * 30 + "@db/x"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3_000),
    lambda inner: st.lists(inner, max_size=80) | st.dictionaries(st.text(max_size=300), inner, max_size=80),
    max_leaves=60,
)


@given(JSON)
def test_an_excerpt_is_bounded(value: JsonValue) -> None:
    assert len(json.dumps(excerpt(value), ensure_ascii=False)) < 40_000


def test_what_is_wide_or_deep_is_bounded_too() -> None:
    deep: JsonValue = "x"
    for _ in range(500):
        deep = [deep]
    wide: JsonValue = {f"name-{number}": ["word " * 300] * 60 for number in range(60)}
    for value in (deep, wide, [wide] * 10):
        assert len(json.dumps(excerpt(value))) < 40_000
