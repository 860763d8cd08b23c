"""Objects kept as JSON text: parsed, each takes ten times the memory, and most are not read for hours."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from pydantic_core import from_json, to_json

from ritsuko_operator.reconcile.cluster import Object, ObjectRef

_HOT = 256  # objects: what some dozens of bots are made of


class SerializedObjects:
    """Objects by their reference. The ones that were read last are parsed once for all who read them."""

    def __init__(self, *, hot: int = _HOT) -> None:
        self._texts: dict[ObjectRef, bytes] = {}
        self._parsed: OrderedDict[ObjectRef, Object] = OrderedDict()  # the one read longest ago first
        self._most_parsed = hot

    def __contains__(self, ref: ObjectRef) -> bool:
        return ref in self._texts

    def __iter__(self) -> Iterator[ObjectRef]:
        return iter(self._texts)

    def put(self, ref: ObjectRef, manifest: Object) -> None:
        self._texts[ref] = to_json(manifest)
        self._parsed.pop(ref, None)

    def get(self, ref: ObjectRef) -> Object | None:
        """The object: the very same one as at the last call, unless it is another by now or was not read for long.
        Nobody may change it."""
        text = self._texts.get(ref)
        if text is None:
            return None
        found = self._parsed.get(ref)
        if found is None:
            found = self._parsed[ref] = from_json(text, cache_strings="keys")
            if len(self._parsed) > self._most_parsed:
                self._parsed.popitem(last=False)
        else:
            self._parsed.move_to_end(ref)
        return found

    def remove(self, ref: ObjectRef) -> None:
        self._texts.pop(ref, None)
        self._parsed.pop(ref, None)
