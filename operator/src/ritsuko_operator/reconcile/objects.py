"""Reading plain JSON objects, where any part may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def mapping_at(manifest: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at that path; an empty one if there is none."""
    found: Mapping[str, Any] = manifest
    for part in path:
        found = found.get(part) or {}
    return found
