"""What differs between two pod templates."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from ritsuko_mcp_kubernetes.api.client import Json

# Lists whose entries are identified by a key rather than by their place.
_KEYS = ("name", "mountPath", "containerPort", "key")


def changes(before: Json, after: Json, differ: list[bool]) -> list[str]:
    """The differences between two pod templates, such as `spec.containers[app].image: web:1 -> web:2`.

    `differ` is what `differences` returned for them before redaction: two values that are hidden look alike.
    """
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    paths = dict.fromkeys([*old, *new])
    if len(paths) != len(differ):  # redaction left a part out
        differ = differences(before, after)
    return [
        f"{path}: {_short(old.get(path))} -> {_short(new.get(path))}"
        for path, differs in zip(paths, differ, strict=True)
        if differs
    ]


def differences(before: Json, after: Json) -> list[bool]:
    """Whether two pod templates differ, for each value that either has, in order."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    return [old.get(path) != new.get(path) for path in dict.fromkeys([*old, *new])]


def _leaves(value: Any, path: str) -> Iterator[tuple[str, object]]:
    """Every value that holds no others, by its path; entries of lists by their key, or else their place."""
    if isinstance(value, dict):
        for key, inner in cast(Json, value).items():
            yield from _leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for number, inner in enumerate(cast("list[Any]", value)):
            yield from _leaves(inner, f"{path}[{_key(inner) or number}]")
    else:
        yield path, value


def without_equal_parts(old: Any, new: Any) -> tuple[Any, Any]:
    """Both without what is equal in them, so that only what changed is redacted, and counted."""
    if isinstance(old, list) and isinstance(new, list):
        return _lists_without_equal_parts(cast("list[Any]", old), cast("list[Any]", new))
    if not isinstance(old, dict) or not isinstance(new, dict):
        return cast("tuple[Any, Any]", (old, new))
    left, right = cast(Json, old), cast(Json, new)
    one: Json = {key: left[key] for key in _KEYS if key in left}
    other: Json = {key: right[key] for key in _KEYS if key in right}
    for key in dict.fromkeys([*left, *right]):
        if key in left and key in right and left[key] != right[key]:
            one[key], other[key] = without_equal_parts(left[key], right[key])
        elif key not in right:
            one[key] = left[key]
        elif key not in left:
            other[key] = right[key]
    return one, other


def _lists_without_equal_parts(old: list[Any], new: list[Any]) -> tuple[list[Any], list[Any]]:
    """Entries that have a key are compared with their like; where one has none, place matters, and all are kept."""
    left, right = _keyed(old), _keyed(new)
    if left is None or right is None:
        return old, new
    pairs = {
        key: without_equal_parts(left[key], right[key]) for key in left if key in right and left[key] != right[key]
    }
    return (
        [pairs[key][0] if key in pairs else entry for key, entry in left.items() if entry != right.get(key)],
        [pairs[key][1] if key in pairs else entry for key, entry in right.items() if entry != left.get(key)],
    )


def _keyed(entries: list[Any]) -> dict[str, Any] | None:
    keys = [_key(entry) for entry in entries]
    if None in keys or len(set(keys)) < len(keys):
        return None
    return {str(key): entry for key, entry in zip(keys, entries, strict=True)}


def _key(entry: Any) -> str | None:
    fields = cast(Json, entry) if isinstance(entry, dict) else {}
    return next((str(fields[key]) for key in _KEYS if key in fields), None)


def _short(value: object) -> str:
    text = "none" if value is None else str(value)
    return text if len(text) <= 120 else text[:120] + "…"
