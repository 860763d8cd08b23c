"""Quantities in canonical form; tests/integration/manifests asks a real apiserver the same."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.quantity import canonical_quantity, parse_quantity


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
    assert canonical_quantity(written) == given_back


def test_amounts_of_resources_are_whole_millis() -> None:
    assert canonical_quantity("100u", whole_millis=True) == "1m"


@given(st.from_regex(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?[0-9]+)?", fullmatch=True))
def test_every_quantity_has_a_canonical_form_that_stays(quantity: str) -> None:
    assert canonical_quantity(canonical_quantity(quantity)) == canonical_quantity(quantity)


@pytest.mark.parametrize(
    ("written", "amount"),
    [
        ("250m", "0.25"),
        ("1536Mi", 1536 * 2**20),
        ("1.5Gi", 1.5 * 2**30),
        ("128974848", 128974848),
        ("129e6", 129_000_000),
        ("129M", 129_000_000),
        ("1234567n", "0.001234567"),
        ("50u", "0.00005"),
        ("0.1n", "1e-9"),
        (2, 2),
        ("-1", -1),
        ("16Ei", 2**63 - 1),
    ],
)
def test_the_amount_of_a_quantity(written: str | int, amount: str | float) -> None:
    assert parse_quantity(written) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "a lot", "1 Gi", "1KiB", "1e3Ki", "e3", ".", "0x10", "1e" + "9" * 5000, "9" * 5000]
)
def test_what_is_not_a_quantity_is_refused_and_written_as_it_is(text: str) -> None:
    with pytest.raises(ValueError, match="not a quantity"):
        parse_quantity(text)
    assert canonical_quantity(text) == text
