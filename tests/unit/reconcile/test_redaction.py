"""Nothing secret gets into what is said, whatever a container or a server says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_operator.reconcile.redaction import REDACTED, last_lines, redactor


@given(st.text(min_size=6), st.text(), st.text())
def test_a_known_value_goes_wherever_it_stands(value: str, before: str, after: str) -> None:
    redacted = redactor([value])(before + value + after)
    assert value not in redacted or value in REDACTED


def test_of_two_values_the_longer_goes_first_and_short_ones_are_no_secrets() -> None:
    redact = redactor(["abcdef", "abcdefghi", "on"])
    assert redact("abcdefghi on") == f"{REDACTED} on"


def test_a_log_is_cut_to_its_last_lines() -> None:
    log = "\n".join(f"line {number}" for number in range(100))
    assert last_lines(log).splitlines() == [f"line {number}" for number in range(92, 100)]
    assert last_lines("x " * 1000 + "the end", size=100).endswith("the end")
    assert len(last_lines("x " * 1000, size=100)) == 100
    assert last_lines("  \n\n") == ""


def test_a_secret_is_taken_out_before_the_log_is_cut() -> None:
    assert "hunter2" not in last_lines("password=" + "hunter2" * 30, size=50)
