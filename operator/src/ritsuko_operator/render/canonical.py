"""Manifests as the apiserver would give them back: without what says nothing, quantities in canonical form.

Pieces of a pod come from users' resources as they wrote them. The apiserver reads them into its own types and drops
whatever equals "not there": empty lists, empty strings, some zeros. If we kept applying what it keeps dropping, the
live object would never say what the rendered one says, and the operator would write for ever.
"""

from __future__ import annotations

from typing import Any, cast

from ritsuko_common.quantity import canonical_quantity
from ritsuko_operator.render.manifest import Manifest

# Maps from string to string (or to quantity): any key may occur, and an empty value is a value.
_STRING_MAPS = frozenset({
    "annotations", "attributes", "data", "labels", "matchLabels", "nodeSelector", "options", "volumeAttributes",
})  # fmt: skip
_QUANTITY_MAPS = frozenset({"limits", "requests"})
_QUANTITIES = frozenset({"divisor", "sizeLimit"})

# Kubernetes' types leave these out when they are zero or false, since they are not pointers there.
_DROPPED_WHEN_ZERO = frozenset({
    "chapAuthDiscovery", "chapAuthSession", "failureThreshold", "hostIPC", "hostNetwork", "hostPID", "hostPort",
    "initialDelaySeconds", "partition", "periodSeconds", "readOnly", "sslEnabled", "stdin", "stdinOnce",
    "successThreshold", "timeoutSeconds", "tty",
})  # fmt: skip
# ... and these keep an empty string, since they are required or pointers: (the key they stand under, their own).
_KEPT_WHEN_EMPTY = frozenset({
    ("dataSource", "apiGroup"), ("dataSourceRef", "apiGroup"), ("grpc", "service"), ("hostPath", "type"),
    ("httpHeaders", "value"), ("spec", "storageClassName"), ("sysctls", "value"),
})  # fmt: skip
_READ_ONLY_IS_A_POINTER = frozenset({"azureDisk", "csi"})


def canonical(manifest: Manifest) -> Manifest:
    """The manifest without what the apiserver would not keep."""
    return _object(manifest, "")


def _object(value: dict[str, Any], under: str) -> Manifest:
    cleaned = {key: _value(entry, key, under) for key, entry in value.items()}
    return {key: entry for key, entry in cleaned.items() if entry is not None}


def _value(value: Any, key: str, under: str) -> Any:
    """The canonical value of a key in the object that stands under the key `under`; None to leave it out."""
    if isinstance(value, dict):
        entries = cast(dict[str, Any], value)
        if key in _STRING_MAPS:
            return dict(entries) or None
        if key in _QUANTITY_MAPS:
            return {name: _quantity(amount, whole_millis=True) for name, amount in entries.items()} or None
        return _object(entries, key)  # an empty object can mean something, such as `emptyDir: {}`
    if isinstance(value, list):
        return [_entry(entry, key) for entry in cast(list[Any], value)] or None
    if key in _QUANTITIES:
        return _quantity(value)
    return None if _says_nothing(value, key, under) else value


def _entry(value: Any, key: str) -> Any:
    return _object(cast(dict[str, Any], value), key) if isinstance(value, dict) else value


def _says_nothing(value: Any, key: str, under: str) -> bool:
    if value is None:
        return True
    if value == "":
        return (under, key) not in _KEPT_WHEN_EMPTY
    if key in _DROPPED_WHEN_ZERO and value in (0, False):
        return not (key == "readOnly" and under in _READ_ONLY_IS_A_POINTER)
    return False


def _quantity(value: Any, *, whole_millis: bool = False) -> str | None:
    return None if value is None else canonical_quantity(value, whole_millis=whole_millis)
