"""Strategic merge patches of a pod template, as `kubectl patch` and Kustomize apply them.

Maps are merged, lists are replaced, but for those that Kubernetes merges by a key of their entries. `null` takes a
field away; `$patch: delete` takes away an entry of a merged list or all of a map, `$patch: replace` keeps nothing of
what was there, and `$retainKeys` nothing that it does not name. The rules, the order of merged lists among them, are
those of `k8s.io/apimachinery/pkg/util/strategicpatch`; the keys of lists are the `x-kubernetes-patch-merge-key`s of
Kubernetes' `PodTemplateSpec`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from ritsuko_operator.render.errors import RenderError

Json = dict[str, Any]

_MERGED_BY: Mapping[str, str] = {
    "containers": "name",
    "env": "name",
    "ephemeralContainers": "name",
    "hostAliases": "ip",
    "imagePullSecrets": "name",
    "initContainers": "name",
    "ports": "containerPort",
    "resourceClaims": "name",
    "schedulingGates": "name",
    "topologySpreadConstraints": "topologyKey",
    "volumeDevices": "devicePath",
    "volumeMounts": "mountPath",
    "volumes": "name",
}
_DIRECTIVE = "$patch"
_RETAIN = "$retainKeys"


def merged(original: Mapping[str, Any], patch: Mapping[str, Any], path: str) -> Json:
    """The original with the patch applied; neither is changed. `path` is the patch's own, for messages.

    Raises `RenderError` for a patch that means nothing.
    """
    directive = patch.get(_DIRECTIVE)
    if directive == "delete":
        return {}
    if directive == "replace":
        return _bare(patch)
    if directive is not None:
        raise RenderError(f"{path}.$patch: {directive} is unknown: use `delete` or `replace`")
    result = _retained(original, patch, path)
    for key, value in patch.items():
        if key == _RETAIN:
            continue
        if key.startswith("$"):
            raise RenderError(f"{path}: {key} is not supported: use `$patch: delete`, `$patch: replace` or null")
        found = _merged_value(result.get(key), value, key, f"{path}.{key}")
        if found is None:
            result.pop(key, None)
        else:
            result[key] = found
    return result


def _merged_value(original: Any, value: Any, field: str, path: str) -> Any:
    """None if nothing is left."""
    if isinstance(value, Mapping):
        patch = cast(Mapping[str, Any], value)
        if isinstance(original, Mapping):
            return merged(cast(Mapping[str, Any], original), patch, path)
        return None if patch.get(_DIRECTIVE) == "delete" else merged({}, patch, path)
    if isinstance(value, list):
        entries = cast(list[Any], value)
        if field in _MERGED_BY:
            before = cast(list[Json], original) if isinstance(original, list) else []
            return _merged_list(before, _checked(entries, _MERGED_BY[field], path), _MERGED_BY[field], path)
        return [_bare(entry) for entry in entries]
    return value


def _merged_list(original: Sequence[Json], patch: Sequence[Mapping[str, Any]], by: str, path: str) -> list[Json]:
    if any(entry.get(_DIRECTIVE) == "replace" for entry in patch):
        original = []
    gone = {entry[by] for entry in patch if entry.get(_DIRECTIVE) == "delete"}
    kept = {entry[by]: entry for entry in original if entry[by] not in gone}
    result = dict(kept)
    changed: list[Any] = []
    for entry in patch:
        if _DIRECTIVE in entry:
            continue
        result[entry[by]] = merged(result.get(entry[by], {}), entry, f"{path}[{entry[by]}]")
        if entry[by] not in changed:
            changed.append(entry[by])
    order = _interleaved([key for key in kept if key not in changed], changed, list(kept))
    return [result[key] for key in order]


def _interleaved(others: Sequence[Any], changed: Sequence[Any], before: Sequence[Any]) -> list[Any]:
    """The keys of entries that the patch does not name, and of those it does; each keep their own order.

    One that stood before the next that the patch names still does. So what is new comes as early as it can.
    """
    waiting, result = list(others), list[Any]()
    for key in changed:
        while waiting and key in before and before.index(waiting[0]) < before.index(key):
            result.append(waiting.pop(0))
        result.append(key)
    return result + waiting


def _checked(patch: Iterable[Any], by: str, path: str) -> list[Mapping[str, Any]]:
    entries: list[Mapping[str, Any]] = []
    for entry in patch:
        found = cast(Mapping[str, Any], entry) if isinstance(entry, Mapping) else dict[str, Any]()
        directive = found.get(_DIRECTIVE)
        if directive != "replace" and not isinstance(found.get(by), str | int):
            raise RenderError(f"{path}: the list is merged by `{by}`: set it in every entry")
        entries.append(found)
        if directive not in (None, "delete", "replace"):
            raise RenderError(f"{path}: $patch: {directive} is unknown: use `delete` or `replace`")
    return entries


def _retained(original: Mapping[str, Any], patch: Mapping[str, Any], path: str) -> Json:
    if _RETAIN not in patch:
        return dict(original)
    names = patch[_RETAIN]
    named = cast(list[Any], names) if isinstance(names, list) else []
    if not all(key in named for key, value in patch.items() if key != _RETAIN and value is not None):
        raise RenderError(f"{path}.$retainKeys: it must be a list of all other fields of the patch")
    return {key: value for key, value in original.items() if key in named}


def _bare(value: Any) -> Any:
    """The value without directives and without nulls."""
    if isinstance(value, Mapping):
        entries = cast(Mapping[str, Any], value)
        return {key: _bare(entry) for key, entry in entries.items() if not key.startswith("$") and entry is not None}
    if isinstance(value, list):
        return [_bare(entry) for entry in cast(list[Any], value)]
    return value
