"""Quantities of CPU and memory: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/

The kubernetes package can read them too, but importing that part of it takes 25 MiB.
"""

from __future__ import annotations

import re

_SUFFIXES = {
    "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "P": 1e15, "E": 1e18,
    "Ki": 2.0**10, "Mi": 2.0**20, "Gi": 2.0**30, "Ti": 2.0**40, "Pi": 2.0**50, "Ei": 2.0**60,
}  # fmt: skip
_QUANTITY = re.compile(r"([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(n|u|m|k|M|G|T|P|E|Ki|Mi|Gi|Ti|Pi|Ei)?")


def parse(text: object) -> float:
    """Cores or bytes; 0 for what is no quantity."""
    match = _QUANTITY.fullmatch(str(text))
    return float(match[1]) * _SUFFIXES[match[2] or ""] if match else 0.0


def cores(value: float) -> str:
    """`250m`, `2`, `1.5`."""
    return f"{value * 1000:.0f}m" if value < 1 else f"{value:.3g}"


def binary(value: float) -> str:
    """`128Mi`, `1.5Gi`."""
    for suffix in ("Ti", "Gi", "Mi"):
        if value >= _SUFFIXES[suffix]:
            return f"{value / _SUFFIXES[suffix]:.3g}{suffix}"
    return f"{value / 2**10:.0f}Ki"


def share(part: float, whole: float) -> str:
    """`37%`; empty where there is no whole."""
    return f"{part / whole:.0%}" if whole else ""
