"""Field selectors that mean exactly one value, whatever characters are in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

# https://pkg.go.dev/k8s.io/apimachinery/pkg/fields#EscapeValue
_SPECIAL = re.compile(r"[\\,=]")


def equals(fields: Mapping[str, object]) -> str:
    """The selector for objects whose fields, by their paths, have these values."""
    return ",".join(f"{path}={_SPECIAL.sub(_escaped, str(value))}" for path, value in fields.items())


def _escaped(match: re.Match[str]) -> str:
    return f"\\{match.group()}"
