"""Resources that the apiserver refuses: a good one with one thing in it spoilt.

A field that the schema does not know is not among it: whether the apiserver refuses that or drops it is up to who sends
the resource (`fieldValidation`).
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from hypothesis import strategies as st

from tests.specs.crd import Document, Schema, spec_of
from tests.specs.rules import EXAMPLES
from tests.specs.valid import valid_bots, valid_sidecars

Spoil = Callable[[], None]

_OPEN = "x-kubernetes-preserve-unknown-fields"
_WRONG: dict[str, list[Any]] = {
    "string": [7, True, [], {}],
    "integer": ["seven", 1.5, True, {}],
    "boolean": ["yes", 1, []],
    "array": ["none", 3, {}],
    "object": ["text", 5, []],
}


@cache
def refused_bots() -> st.SearchStrategy[Document]:
    return _refused("RitsukoBot", valid_bots())


@cache
def refused_sidecars() -> st.SearchStrategy[Document]:
    return _refused("McpSidecar", valid_sidecars())


def _refused(kind: str, valid: st.SearchStrategy[Document]) -> st.SearchStrategy[Document]:
    against_rules = [example.document(example.refused) for example in EXAMPLES if example.kind == kind]

    @st.composite
    def spoilt(draw: st.DrawFn) -> Document:
        document = copy.deepcopy(draw(valid))
        ways = list(_ways(document, "spec", spec_of(kind), required=True))
        draw(st.sampled_from(ways))()
        return document

    return st.one_of(spoilt(), spoilt(), spoilt(), st.sampled_from(against_rules).map(copy.deepcopy))


def _ways(parent: dict[str, Any] | list[Any], key: Any, schema: Schema, *, required: bool) -> Iterator[Spoil]:
    """The ways to spoil what stands at `parent[key]`, or may stand there."""

    def put(value: Any) -> Spoil:
        return lambda: parent.__setitem__(key, value)

    if schema.get("x-kubernetes-int-or-string"):
        yield from (put(value) for value in ([], {}, True))
    else:
        yield from (put(value) for value in _WRONG[schema["type"]])
        yield from (put(value) for value in _out_of_bounds(schema))
    if isinstance(parent, dict) and key not in parent:
        return
    value = parent[key]
    if required and isinstance(parent, dict) and "default" not in schema:
        yield lambda: parent.pop(key)
    if isinstance(value, list):
        if value and "x-kubernetes-list-map-keys" in schema:
            yield lambda: value.append(copy.deepcopy(value[0]))
        for index in range(len(value)):
            yield from _ways(value, index, schema["items"], required=False)
    elif isinstance(value, dict):
        for name, child in schema.get("properties", {}).items():
            yield from _ways(value, name, child, required=name in schema.get("required", []))
        if isinstance(schema.get("additionalProperties"), dict):
            for name in value:
                yield from _ways(value, name, schema["additionalProperties"], required=False)


def _out_of_bounds(schema: Schema) -> Iterator[Any]:
    if "enum" in schema:
        yield "Nonsense"
    if "minimum" in schema:
        yield schema["minimum"] - 1
    if "maximum" in schema:
        yield schema["maximum"] + 1
    if schema.get("minLength"):
        yield ""
    if "maxLength" in schema:
        yield "x" * (schema["maxLength"] + 1)
    if "maxItems" in schema and schema["maxItems"] <= 20:
        yield [{}] * (schema["maxItems"] + 1)
    if schema.get("minProperties"):
        yield {}
    if "pattern" in schema and "x-kubernetes-int-or-string" not in schema:
        yield from (text for text in (" ", "\n", "a b", "//") if not re.search(schema["pattern"], text))
