"""Whether a child has to be written: does the live object already say what the rendered one says?

A server-side apply that changes nothing costs the apiserver more than a real write, so nothing is sent unless it must.
Two questions are asked. Does the rendered object differ from what we applied last? A hash of it, kept in an annotation
of the child, tells: a field that is rendered no longer has to be taken away, and no look at the live object would show
that. And does the live object still say all that we render? It may say more: defaults, and fields of other writers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any, cast

from ritsuko_operator.reconcile.cluster import Object

HASH_ANNOTATION = "ritsuko.dev/manifest-hash"

# The lists that server-side apply merges by keys (`x-kubernetes-list-map-keys` in Kubernetes' own schema), where
# others may add entries of their own. In every other list an entry that is not ours is drift.
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


class Difference(Enum):
    """Why a child is written."""

    ABSENT = "absent"
    OUTDATED = "outdated"  # what we render has changed
    DRIFTED = "drifted"  # somebody else changed what we rendered


def stamped(manifest: Object) -> Object:
    """A copy of a rendered manifest that carries the hash of itself."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    metadata = manifest["metadata"]
    stamp = {HASH_ANNOTATION: hashlib.sha256(text.encode()).hexdigest()[:16]}
    return {**manifest, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **stamp}}}


def difference(wanted: Object, live: Object | None) -> Difference | None:
    """Why the stamped manifest `wanted` has to be applied over `live`; None if it need not be."""
    if live is None:
        return Difference.ABSENT
    if hash_of(wanted) != hash_of(live):
        return Difference.OUTDATED
    return None if covers(live, wanted) else Difference.DRIFTED


def covers(live: object, wanted: object, field: str = "") -> bool:
    """Whether `live` says everything that `wanted` says."""
    if isinstance(wanted, dict):
        if not isinstance(live, dict):
            return False
        mine, theirs = cast(dict[str, Any], wanted), cast(dict[str, Any], live)
        return all(key in theirs and covers(theirs[key], value, key) for key, value in mine.items())
    if isinstance(wanted, list):
        if not isinstance(live, list):
            return False
        return _list_covers(cast(list[Any], live), cast(list[Any], wanted), field)
    # JSON tells 1 from true, Python's == does not
    return type(live) is type(wanted) and live == wanted


def deviations(live: object, wanted: object, field: str = "", path: str = "") -> Iterator[tuple[str, object]]:
    """The fields in which `live` does not say what `wanted` says, and what it says there; None where there is nothing.

    An object that is not there counts as an empty one: whether others have put something into it makes no difference.
    """
    if covers(live, wanted, field):
        return
    parts = list(_parts(live, wanted, field))
    if not parts:
        yield path, live
    for step, name, theirs, mine in parts:
        yield from deviations(theirs, mine, name, f"{path}{step}" if path else step.removeprefix("."))


def _parts(live: object, wanted: object, field: str) -> Iterator[tuple[str, str, object, object]]:
    """What is compared of two objects or lists, one after the other: the step there, the field, and both values."""
    if isinstance(wanted, dict) and (live is None or isinstance(live, dict)):
        theirs_by_key = cast(dict[str, Any], live or {})
        for key, mine in cast(dict[str, Any], wanted).items():
            yield f".{key}" if key.isidentifier() else f"[{key}]", key, theirs_by_key.get(key), mine
    if isinstance(wanted, list) and isinstance(live, list):
        others, ours = cast(list[Any], live), cast(list[Any], wanted)
        keys = _merged_by(others, ours, field)
        if keys is None and len(others) != len(ours):
            return
        for place, mine in enumerate(ours):
            same = [one for one in others if keys and _merge_key(one, keys) == _merge_key(mine, keys)]
            theirs = next((one for one in same if covers(one, mine)), same[0] if same else None)
            yield f"[{place}]", "", theirs if keys else others[place], mine


def _list_covers(live: list[Any], wanted: list[Any], field: str) -> bool:
    keys = _merged_by(live, wanted, field)
    if keys is None:
        return len(live) == len(wanted) and all(covers(theirs, mine) for theirs, mine in zip(live, wanted, strict=True))
    return all(
        any(
            _merge_key(theirs, keys) == _merge_key(mine, keys) and covers(theirs, mine)
            for theirs in (*live[place : place + 1], *live)  # nearly always it is where it was rendered
        )
        for place, mine in enumerate(wanted)
    )


def _merged_by(live: list[Any], wanted: list[Any], field: str) -> tuple[str, ...] | None:
    """The keys by which the two lists are merged; None if they are not."""
    keys = _MERGED_BY.get(field)
    # a NetworkPolicy's `ports` are another list: they have no `containerPort`, and are replaced whole
    merging = keys is not None and all(isinstance(entry, dict) for entry in (*live, *wanted))
    return keys if keys is not None and merging and all(keys[0] in entry for entry in wanted) else None


def _merge_key(entry: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(entry.get(key, _KEY_DEFAULTS.get(key)) for key in keys)


def was_stamped(live: Object) -> bool:
    """Whether we applied this object once, even if somebody took its labels away since."""
    return hash_of(live) is not None


def hash_of(manifest: Object) -> str | None:
    """The hash that a manifest was stamped with, and that the child carries since."""
    return manifest["metadata"].get("annotations", {}).get(HASH_ANNOTATION)
