"""Which fields of a child somebody changed: their paths as people write them, and never their values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

from ritsuko_operator.reconcile.children.compare import covers
from ritsuko_operator.reconcile.objects import mapping_at

_NAMED_BY = "name"
_FIELDS_TOLD = 3


def changed_fields(live: object, wanted: object) -> list[str]:
    """The paths at which `live` does not say what `wanted` says, such as `spec.template.spec.containers[bot].image`."""
    return [path.removeprefix(".") for path in _differing(live, wanted, "", "")]


def in_words(paths: Sequence[str], *, more: str = "more") -> str:
    """The first few of the paths, and how many there are besides: `a, b, c and 2 more`."""
    rest = len(paths) - _FIELDS_TOLD
    return ", ".join(paths[:_FIELDS_TOLD]) + (f" and {rest} {more}" if rest > 0 else "")


def _differing(live: Any, wanted: Any, path: str, field: str) -> Iterator[str]:
    if covers(live, wanted, field):
        return
    theirs, mine = _by_name(live), _by_name(wanted)
    if isinstance(wanted, dict) and isinstance(live, dict):
        for key, value in cast(dict[str, Any], wanted).items():
            if key in live:
                yield from _differing(live[key], value, f"{path}.{key}", key)
            else:
                yield f"{path}.{key}"
        return
    if not mine or theirs is None or not mine.keys() <= theirs.keys():
        yield path
        return
    found = [each for name, entry in mine.items() for each in _differing(theirs[name], entry, f"{path}[{name}]", "")]
    yield from found or [path]  # each is as it was: there are others, or they stand in another order


def _by_name(value: object) -> dict[str, Any] | None:
    """The entries of a list by their names, if all have one."""
    entries = cast(list[Any], value) if isinstance(value, list) else []
    named = {str(mapping_at({"entry": entry}, "entry").get(_NAMED_BY, "")): entry for entry in entries}
    return named if len(named) == len(entries) and "" not in named else None
