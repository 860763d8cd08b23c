"""Amounts of CPU and memory, as tables show them."""

from __future__ import annotations

from functools import lru_cache

from ritsuko_common.quantity import parse_quantity

_BINARY = {"Ti": 2.0**40, "Gi": 2.0**30, "Mi": 2.0**20}


def amount(quantity: object) -> float:
    """Cores or bytes; 0 for what is not a quantity."""
    return _amount(str(quantity))


# The containers of a cluster ask for few different amounts.
@lru_cache(maxsize=1024)
def _amount(quantity: str) -> float:
    try:
        return float(parse_quantity(quantity))
    except ValueError:
        return 0.0


def cores(value: float) -> str:
    """`250m`, `2`, `1.5`."""
    return f"{value * 1000:.0f}m" if value < 1 else f"{value:.3g}"


def binary(value: float) -> str:
    """`128Mi`, `1.5Gi`."""
    for suffix, size in _BINARY.items():
        if value >= size:
            return f"{value / size:.3g}{suffix}"
    return f"{value / 2**10:.0f}Ki"


def share(part: float, whole: float) -> str:
    """`37%`; empty where there is no whole."""
    return f"{part / whole:.0%}" if whole else ""
