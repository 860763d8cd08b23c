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
_SUFFIXES = {exponent: suffix for suffix, exponent in _DECIMAL.items()}
_MOST = Decimal(2**63 - 1)
_NANO = Decimal("1e-9")
_EXACT = Context(prec=60)


def canonical(quantity: str | int | float) -> str:
    """The canonical form; what is no quantity comes back as it is, for the apiserver to refuse."""
    text = str(quantity)
    match = _FORM.fullmatch(text)
    if match is None:
        return text
    number, suffix = Decimal(match["number"]), match["suffix"]
    if suffix in _BINARY:
        value = _EXACT.multiply(number, Decimal(1024 ** _BINARY[suffix]))
    elif suffix in _DECIMAL:
        value = number.scaleb(_DECIMAL[suffix], _EXACT)
    else:
        value = number.scaleb(max(-99, min(99, int(suffix[1:]))), _EXACT)
    # What is smaller than a nano is rounded away from zero, what is too large is capped.
    value = max(-_MOST, min(_MOST, value.quantize(_NANO, ROUND_UP, _EXACT)))
    if value == 0:
        return "0"
    if suffix in _BINARY and abs(value) >= 1024 and value == value.to_integral_value():
        return _binary(int(value))
    mantissa, exponent = _decimal(value)
    if suffix in _DECIMAL or suffix in _BINARY:
        return f"{mantissa}{_SUFFIXES[exponent]}"
    return f"{mantissa}e{exponent}" if exponent else str(mantissa)


def _binary(value: int) -> str:
    power = 0
    while value % 1024 == 0 and power < 6:
        value //= 1024
        power += 1
    return f"{value}{ {number: suffix for suffix, number in _BINARY.items()}.get(power, '') }"


def _decimal(value: Decimal) -> tuple[int, int]:
    """Mantissa and exponent, the exponent a multiple of three and as large as it can be."""
    mantissa, exponent = int(value.scaleb(9, _EXACT)), -9
    while mantissa % 1000 == 0 and exponent < 18:
        mantissa //= 1000
        exponent += 3
    return mantissa, exponent
