"""Quantities in canonical form; tests/integration/manifests asks a real apiserver the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_operator.render.quantity import canonical
from tests.unit.render.resources import unhurried


@pytest.mark.parametrize(
    ("written", "given_back"),
    [
        ("1000m", "1"),
        ("1024Mi", "1Gi"),
        ("0.05", "50m"),
        (1, "1"),
        (0.5, "500m"),
        ("0", "0"),
        ("0Ki", "0"),
        ("1023", "1023"),
        ("1.5Gi", "1536Mi"),
        ("0.5Ki", "512"),
        ("1500M", "1500M"),
        ("2000M", "2G"),
        ("1e3", "1e3"),
        ("1000e3", "1e6"),
        ("0.1n", "1n"),
        ("a lot", "a lot"),
    ],
)
def test_a_quantity_is_written_as_the_apiserver_gives_it_back(written: str | int | float, given_back: str) -> None:
    assert canonical(written) == given_back


def test_amounts_of_resources_are_whole_millis() -> None:
    assert canonical("100u", whole_millis=True) == "1m"


@unhurried
@given(st.from_regex(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?", fullmatch=True))
def test_every_quantity_has_a_canonical_form_that_stays(quantity: str) -> None:
    assert canonical(canonical(quantity)) == canonical(quantity)
