"""Whether a child has to be written, and why.

A server-side apply that changes nothing costs the apiserver more than a real write, so nothing is sent unless it must.
Two questions are asked. Does the rendered object differ from what was applied last? Its hash, kept in an annotation of
the child, answers that: a field that is no longer rendered has to be removed, and the live object alone would not show
it. And does the live object still have everything that is rendered?
"""

from __future__ import annotations

import hashlib
import json
from enum import Enum

from ritsuko_operator.reconcile.children.diff import covers
from ritsuko_operator.reconcile.cluster import Object

HASH_ANNOTATION = "ritsuko.dev/manifest-hash"


class WriteReason(Enum):
    """Why a child is written."""

    ABSENT = "absent"
    OUTDATED = "outdated"  # what is rendered has changed
    DRIFTED = "drifted"  # somebody else changed a field that is rendered


def stamped(manifest: Object) -> Object:
    """A copy of a rendered manifest that carries the hash of itself."""
    text = json.dumps(manifest, sort_keys=True, separators=(",", ":"))
    metadata = manifest["metadata"]
    stamp = {HASH_ANNOTATION: hashlib.sha256(text.encode()).hexdigest()[:16]}
    return {**manifest, "metadata": {**metadata, "annotations": {**metadata.get("annotations", {}), **stamp}}}


def write_reason(desired: Object, live: Object | None) -> WriteReason | None:
    """Why the stamped manifest `desired` has to be applied over `live`; None if it need not be."""
    if live is None:
        return WriteReason.ABSENT
    if hash_of(desired) != hash_of(live):
        return WriteReason.OUTDATED
    return None if covers(live, desired) else WriteReason.DRIFTED


def was_stamped(live: Object) -> bool:
    """Whether the operator has applied this object before, even if somebody removed its labels since."""
    return hash_of(live) is not None


def hash_of(manifest: Object) -> str | None:
    """The hash that a manifest was stamped with, and that the child carries since."""
    return manifest["metadata"].get("annotations", {}).get(HASH_ANNOTATION)
