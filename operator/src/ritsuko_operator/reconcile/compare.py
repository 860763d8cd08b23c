"""Whether a child has to be written: does the live object already say what the rendered one says?

A server-side apply that changes nothing costs the apiserver more than a real write, so nothing is sent unless it must.
Two questions are asked. Does the rendered object differ from what we applied last? A hash of it, kept in an annotation
of the child, tells: a field that is rendered no longer has to be taken away, and no look at the live object would show
that. And does the live object still say all that we render? It may say more: defaults, and fields of other writers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
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
    if _hash_of(wanted) != _hash_of(live):
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


def _list_covers(live: list[Any], wanted: list[Any], field: str) -> bool:
    keys = _MERGED_BY.get(field)
    # a NetworkPolicy's `ports` are another list: they have no `containerPort`, and are replaced whole
    merging = keys is not None and all(isinstance(entry, dict) for entry in (*live, *wanted))
    if keys is None or not merging or not all(keys[0] in entry for entry in wanted):
        return len(live) == len(wanted) and all(covers(theirs, mine) for theirs, mine in zip(live, wanted, strict=True))
    return all(
        any(
            _merge_key(theirs, keys) == _merge_key(mine, keys) and covers(theirs, mine)
            for theirs in (*live[place : place + 1], *live)  # nearly always it is where it was rendered
        )
        for place, mine in enumerate(wanted)
    )


def _merge_key(entry: Mapping[str, Any], keys: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple(entry.get(key, _KEY_DEFAULTS.get(key)) for key in keys)


def was_stamped(live: Object) -> bool:
    """Whether we applied this object once, even if somebody took its labels away since."""
    return _hash_of(live) is not None


def _hash_of(manifest: Object) -> str | None:
    return manifest["metadata"].get("annotations", {}).get(HASH_ANNOTATION)
