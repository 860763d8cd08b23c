"""Reading plain JSON objects, where any part may be missing or, from before a change of the schema, of another sort."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast


def mapping_at(manifest: Mapping[str, Any], *path: str) -> Mapping[str, Any]:
    """The object at that path; an empty one if there is no object there."""
    found: Mapping[str, Any] = manifest
    for part in path:
        value = found.get(part)
        found = cast(Mapping[str, Any], value) if isinstance(value, dict) else {}
    return found
