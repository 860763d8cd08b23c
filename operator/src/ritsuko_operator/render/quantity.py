"""Kubernetes quantities in the form that the apiserver gives them back in.

The grammar and the canonical form are those of `k8s.io/apimachinery/pkg/api/resource` (`ParseQuantity`,
`CanonicalizeBytes`): no digits after the point, the largest suffix that loses nothing, and Ki, Mi, ... only if that was
the form of the input and the value is a whole number of at least 1024.
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


def canonical(quantity: str | int | float, *, whole_millis: bool = False) -> str:
    """The canonical form; what is no quantity comes back as it is, for the apiserver to refuse.

    The apiserver rounds the amounts of resources up to `whole_millis` (`SetDefaults_ResourceList`), and no others.
    """
    text = str(quantity)
    match = _FORM.fullmatch(text)
    if match is None:
        return text
    number, suffix = Decimal(match["number"]), match["suffix"]
    exact = Context(prec=len(text) + 250)
    if suffix in _BINARY:
        value = min(_MOST, exact.multiply(number, Decimal(1024 ** _BINARY[suffix])))
    elif suffix in _DECIMAL:
        value = number.scaleb(_DECIMAL[suffix], exact)
    else:
        value = number.scaleb(max(-99, min(99, int(suffix[1:]))), exact)
    # What is too small is rounded away from zero, so that somebody who asks for a little gets a little.
    value = value.quantize(_MILLI if whole_millis else _NANO, ROUND_UP, exact)
    if value == 0:
        return "0"
    if suffix in _BINARY and abs(value) >= 1024 and value == value.to_integral_value():
        return _binary(int(value))
    mantissa, exponent = _decimal(int(value.scaleb(9, exact)))
    if suffix in _DECIMAL or suffix in _BINARY:
        return f"{mantissa}{_DECIMAL_SUFFIXES[exponent]}"
    return f"{mantissa}e{exponent}" if exponent else str(mantissa)


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
