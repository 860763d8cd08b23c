"""The difference between a desired object and the live one, compared as server-side apply merges them.

The live object may say more than the desired one: defaults, and fields of other writers. Only what it does not say of
the desired one is a difference.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast

# The lists that server-side apply merges by keys (`x-kubernetes-list-map-keys` in Kubernetes' own schema), where
# others may add entries of their own. In every other list an entry that is not ours is a difference.
_MERGED_BY: Mapping[str, tuple[str, ...]] = {
    "containers": ("name",),
    "env": ("name",),
    "imagePullSecrets": ("name",),
    "initContainers": ("name",),
    "ownerReferences": ("uid",),
    "ports": ("containerPort", "protocol"),
    "topologySpreadConstraints": ("topologyKey", "whenUnsatisfiable"),
    "volumeMounts": ("mountPath",),
    "volumes": ("name",),
}
_KEY_DEFAULTS = {"protocol": "TCP"}
_FIELDS_SHOWN = 3


class Difference(NamedTuple):
    """One field, by its path such as `spec.containers[bot].image`, and its live value: None if it is absent."""

    path: str
    live: object


def differences(live: object, desired: object, field: str = "") -> Iterator[Difference]:
    """The fields of `desired` that `live` does not have, or has with another value.

    `field` is the name of the field that holds both. An absent object counts as an empty one, so that it makes no
    difference whether others have put something into it.
    """
    return (Difference(path.removeprefix("."), value) for path, value in _walk(live, desired, field))


def covers(live: object, desired: object, field: str = "") -> bool:
    """Whether there is no difference: `live` says everything that `desired` says."""
    return next(_walk(live, desired, field), None) is None


def summary(paths: Sequence[str], *, more: str = "more") -> str:
    """The first few of the paths, and how many there are besides: `a, b, c and 2 more`."""
    rest = len(paths) - _FIELDS_SHOWN
    return ", ".join(paths[:_FIELDS_SHOWN]) + (f" and {rest} {more}" if rest > 0 else "")


def _walk(live: object, desired: object, field: str) -> Iterator[tuple[str, object]]:
    """Lazily, so that `covers` ends at the first difference; paths are put together only where there is one."""
    if isinstance(desired, dict):
        if isinstance(live, dict) or (live is None and desired):
            yield from _walk_object(cast(dict[str, Any], live or dict[str, Any]()), cast(dict[str, Any], desired))
        else:
            yield "", live
    elif isinstance(desired, list):
        if isinstance(live, list):
            yield from _walk_list(cast(list[Any], live), cast(list[Any], desired), field)
        else:
            yield "", live
    elif not _equal(live, desired):
        yield "", live


def _walk_object(live: dict[str, Any], desired: dict[str, Any]) -> Iterator[tuple[str, object]]:
    for key, value in desired.items():
        actual = live.get(key)
        if isinstance(value, str) and _equal(actual, value):
            continue  # most fields: no generator for each of them
        for path, other in _walk(actual, value, key):
            yield _step(key) + path, other


def _equal(live: object, desired: object) -> bool:
    """JSON tells 1 from true; Python's == does not."""
    return type(live) is type(desired) and live == desired


def _walk_list(live: list[Any], desired: list[Any], field: str) -> Iterator[tuple[str, object]]:
    keys = _merged_by(live, desired, field)
    if keys is None and len(live) != len(desired):
        yield "", live
        return
    for place, entry in enumerate(desired):
        if keys is None:
            step, candidates = f"[{place}]", [live[place]]
        else:
            key = _merge_key(entry, keys)
            step = f"[{key[0]}]"
            # nearly always it is where it was rendered
            candidates = [one for one in (*live[place : place + 1], *live) if _merge_key(one, keys) == key]
        if any(covers(one, entry) for one in candidates):
            continue
        if not candidates:
            yield step, None
        for path, other in _walk(candidates[0], entry, "") if candidates else ():
            yield step + path, other


def _step(key: str) -> str:
    return f".{key}" if key.isidentifier() else f"[{key}]"


def _merged_by(live: list[Any], desired: list[Any], field: str) -> tuple[str, ...] | None:
    """The keys by which the two lists are merged; None if they are not."""
    keys = _MERGED_BY.get(field)
    # a NetworkPolicy's `ports` are another list: they have no `containerPort`, and are replaced whole
    merging = keys is not None and all(isinstance(entry, dict) for entry in (*live, *desired))
    return keys if keys is not None and merging and all(keys[0] in entry for entry in desired) else None


def _merge_key(entry: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(entry.get(key, _KEY_DEFAULTS.get(key)) for key in keys)
