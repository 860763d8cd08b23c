"""Kubernetes quantities: their amount, and the form that the apiserver gives them back in.

The kubernetes package can read them too, but importing that part of it takes 25 MiB.

The grammar and the canonical form are those of `k8s.io/apimachinery/pkg/api/resource` (`ParseQuantity`,
`CanonicalizeBytes`). There are no digits after the point, and the suffix is the largest that loses nothing. Ki, Mi, ...
are used only if that was the form of the input and the value is a whole number of at least 1024.
"""

from __future__ import annotations

import re
from decimal import ROUND_UP, Context, Decimal

_FORM = re.compile(r"(?P<number>[+-]?(\d+(\.\d*)?|\.\d+))(?P<suffix>[KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+|)")
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
_DECIMAL_SUFFIXES = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_BINARY_SUFFIXES = ("", *_BINARY)
_MOST = Decimal(2**63 - 1)
_NANO, _MILLI = Decimal("1e-9"), Decimal("1e-3")
_LONGEST = 256
# Room for every digit of the longest text, with 99 places more to either side.
_EXACT = Context(prec=_LONGEST + 250)


def parse_quantity(quantity: str | int | float) -> Decimal:
    """The amount, rounded away from zero to nanos. Raises `ValueError` if the text is not a quantity."""
    value, _ = _read(quantity)
    return _rounded(value, _NANO)


def canonical_quantity(quantity: str | int | float, *, whole_millis: bool = False) -> str:
    """The canonical form; what is not a quantity comes back as it is, for the apiserver to refuse.

    The apiserver rounds the amounts of resources up to `whole_millis` (`SetDefaults_ResourceList`), and no others.
    """
    try:
        value, suffix = _read(quantity)
    except ValueError:
        return str(quantity)
    value = _rounded(value, _MILLI if whole_millis else _NANO)
    if value == 0:
        return "0"
    if suffix in _BINARY and abs(value) >= 1024 and value == value.to_integral_value():
        return _binary(int(value))
    mantissa, exponent = _decimal(int(value.scaleb(9, _EXACT)))
    if suffix in _DECIMAL or suffix in _BINARY:
        return f"{mantissa}{_DECIMAL_SUFFIXES[exponent]}"
    return f"{mantissa}e{exponent}" if exponent else str(mantissa)


def _read(quantity: str | int | float) -> tuple[Decimal, str]:
    """The exact amount and the suffix it was written with."""
    text = str(quantity)
    match = _FORM.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise ValueError(f"{text[:_LONGEST]!r} is not a quantity such as 500m or 128Mi")
    number, suffix = Decimal(match["number"]), match["suffix"]
    if suffix in _BINARY:
        return min(_MOST, _EXACT.multiply(number, Decimal(1024 ** _BINARY[suffix]))), suffix
    if suffix in _DECIMAL:
        return number.scaleb(_DECIMAL[suffix], _EXACT), suffix
    return number.scaleb(max(-99, min(99, int(suffix[1:]))), _EXACT), suffix


def _rounded(value: Decimal, unit: Decimal) -> Decimal:
    """What is too small is rounded away from zero, so that somebody who asks for a little gets a little."""
    return value.quantize(unit, ROUND_UP, _EXACT)


def _binary(value: int) -> str:
    power = 0
    while value % 1024 == 0 and power < 6:
        value //= 1024
        power += 1
    return f"{value}{_BINARY_SUFFIXES[power]}"


def _decimal(nanos: int) -> tuple[int, int]:
    """Mantissa and exponent, the exponent a multiple of three and as large as it can be."""
    mantissa, exponent = nanos, -9
    while mantissa % 1000 == 0 and exponent < 18:
        mantissa //= 1000
        exponent += 3
    return mantissa, exponent
