"""Answers fit their budget, whatever is in them, and say what was cut."""

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_common import Envelope, budget, text

LIMIT = 1_500
words = st.text(max_size=400)
cells = st.one_of(st.none(), st.booleans(), st.integers(), words, st.lists(words, max_size=3))
rows = st.lists(st.dictionaries(st.sampled_from(["NAME", "STATUS", "MESSAGE"]), cells), max_size=60)
data = st.one_of(st.none(), rows, words, st.text(max_size=5_000), st.dictionaries(words, cells, max_size=20))


@given(data=data, hints=st.lists(words, max_size=6), summary=words)
def test_any_answer_fits_and_nothing_is_cut_silently(data, hints: list[str], summary: str) -> None:
    envelope = Envelope(summary=summary, data=data, hints=hints)
    fitted = budget.fit(envelope, LIMIT)
    assert budget.size(fitted) <= LIMIT
    if fitted.data != data:
        assert fitted.truncated or any("shortened" in warning for warning in fitted.warnings)


@given(count=st.integers(1, 400))
def test_as_many_rows_as_fit_are_kept_in_order(count: int) -> None:
    rows = [{"NAME": f"pod-{number}"} for number in range(count)]
    fitted = budget.fit(Envelope(summary="pods", data=rows).resumable(lambda n: f"from {n}"), LIMIT)
    assert isinstance(fitted.data, list)
    assert fitted.data == rows[: len(fitted.data)]
    if fitted.truncated:
        assert fitted.next_cursor == f"from {len(fitted.data)}"
        assert fitted.total == count
        assert budget.size(fitted) > LIMIT * 0.9
    else:
        assert len(fitted.data) == count


def test_text_is_cut_at_a_line() -> None:
    fitted = budget.fit(Envelope(summary="log", data="\n".join(f"line {n}" for n in range(1_000))), LIMIT)
    assert isinstance(fitted.data, str)
    assert fitted.data.split("\n")[-1] == f"line {fitted.returned - 1}"
    assert fitted.total == 1_000
    assert any("Cut to" in hint for hint in fitted.hints)


def test_one_huge_value_does_not_push_the_others_out() -> None:
    rows = [{"NAME": "a", "MESSAGE": "x" * 100_000}, {"NAME": "b", "MESSAGE": "short"}]
    fitted = budget.fit(Envelope(summary="s", data=rows), LIMIT)
    assert isinstance(fitted.data, list)
    assert fitted.data[1] == rows[1]
    assert fitted.warnings


@given(body=st.text(alphabet="`~a\n", max_size=60))
def test_nothing_closes_the_code_block_it_is_in(body: str) -> None:
    fence, *inside, end = text.fenced(body).split("\n")
    assert fence == end
    assert fence not in "\n".join(inside)
