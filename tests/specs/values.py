"""Values that fit a schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from tests.specs import words
from tests.specs.crd import Schema

_OPEN = "x-kubernetes-preserve-unknown-fields"
_ASCII = st.characters(min_codepoint=32, max_codepoint=126)

_CHOICES = {
    "volumes[]": words.volumes,
    "env[]": words.variables,
    "envFrom[]": words.sources,
    "mcpSidecars.defaults.env[]": words.variables,
    "livenessProbe": words.probes,
    "readinessProbe": words.probes,
    "startupProbe": words.probes,
    "podTemplate.spec": words.patches,
}

Overrides = Mapping[str, st.SearchStrategy[Any]]


def values(schema: Schema, overrides: Overrides, path: str = "") -> st.SearchStrategy[Any]:
    """Values that fit the schema; `overrides` gives the strategy for a place such as `tools.aliases`."""
    if path in overrides:
        return overrides[path]
    if path in _CHOICES:
        likely = _CHOICES[path]
        return st.one_of(likely, likely, likely, _random(schema, overrides, path))
    return _random(schema, overrides, path)


def _random(schema: Schema, overrides: Overrides, path: str) -> st.SearchStrategy[Any]:
    if schema.get("x-kubernetes-int-or-string"):
        return words.quantities if "pattern" in schema else st.integers(1, 65535) | words.names
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    field = path.rsplit(".", 1)[-1].rstrip("[]{}")
    plausible = words.BY_FIELD.get(field)
    if plausible is not None and "pattern" not in schema and not _ours(schema):
        return plausible
    match schema["type"]:
        case "boolean":
            return st.booleans()
        case "integer":
            low = schema.get("minimum", 0)
            return st.integers(low, schema.get("maximum", low + 100))
        case "string":
            return _strings(schema)
        case "array":
            return _arrays(schema, overrides, path)
        case "object":
            return _objects(schema, overrides, path)
        case other:
            raise AssertionError(f"{path}: no values for the type {other}")


def _ours(schema: Schema) -> bool:
    """Whether the schema itself says what fits, so that no guess by name is needed."""
    return "minimum" in schema or (schema["type"] == "object" and bool(schema.get("properties")))


def _strings(schema: Schema) -> st.SearchStrategy[str]:
    shortest, longest = schema.get("minLength", 0), schema.get("maxLength", 1000)
    if "pattern" in schema:
        found = st.from_regex(schema["pattern"], fullmatch=True, alphabet=_ASCII)
        return found.filter(lambda text: shortest <= len(text) <= longest)
    return st.one_of(words.names, st.text(words.LETTERS, min_size=shortest, max_size=min(longest, 20)))


def _arrays(schema: Schema, overrides: Overrides, path: str) -> st.SearchStrategy[list[Any]]:
    items = values(schema["items"], overrides, f"{path}[]")
    keys = schema.get("x-kubernetes-list-map-keys")
    return st.lists(
        items,
        min_size=schema.get("minItems", 0),
        max_size=min(schema.get("maxItems", 3), 3),
        unique_by=(lambda item: tuple(item[key] for key in keys)) if keys else None,
    )


def _objects(schema: Schema, overrides: Overrides, path: str) -> st.SearchStrategy[dict[str, Any]]:
    properties: Mapping[str, Schema] = schema.get("properties", {})
    if not properties:
        if schema.get(_OPEN):
            return words.objects
        if "additionalProperties" not in schema:
            return st.just({})
        each = values(schema["additionalProperties"], overrides, f"{path}{{}}")
        return st.dictionaries(words.names, each, min_size=schema.get("minProperties", 0), max_size=3)
    required = schema.get("required", [])
    optional = [name for name in properties if name not in required]
    most = 3 if path else 8
    strategies: dict[str, st.SearchStrategy[Any]] = {
        name: st.deferred(lambda child=child, name=name: values(child, overrides, f"{path}.{name}".lstrip(".")))
        for name, child in properties.items()
    }

    @st.composite
    def objects(draw: st.DrawFn) -> dict[str, Any]:
        chosen = draw(st.lists(st.sampled_from(optional), unique=True, max_size=most)) if optional else []
        return {name: draw(strategies[name]) for name in [*required, *chosen]}

    return objects()
