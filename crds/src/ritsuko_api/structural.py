"""From a model to a structural schema (apiextensions.k8s.io/v1): no references, no titles, no `anyOf` with types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from pydantic import BaseModel

from ritsuko_api.embedded import JsonObject

_INT_OR_STRING: JsonObject = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "x-kubernetes-int-or-string": True,
}
_DROPPED = {"title", "$defs", "additionalProperties", "patternProperties", "default", "const"}


def json_schema(model: type[BaseModel]) -> JsonObject:
    return cast("JsonObject", model.model_json_schema(by_alias=True, mode="validation"))


def structural(
    model: type[BaseModel], *, defaults: bool = True, corrected: Mapping[tuple[str, str], JsonObject] | None = None
) -> JsonObject:
    """The structural schema of a model, in which the embedded pieces of a pod still are only named.

    `corrected` holds the schemas of fields, by model and name, for which the model's own is not to be used.

    Raises ValueError where the model has something that a structural schema cannot say.
    """
    schema = json_schema(model)
    definitions = cast("Mapping[str, JsonObject]", schema.get("$defs", {}))
    return _Structural(definitions, defaults, corrected or {}).of(schema, model.__name__)


class _Structural:
    """The conversion, with what stays the same throughout a model."""

    def __init__(
        self,
        definitions: Mapping[str, JsonObject],
        defaults: bool,
        corrected: Mapping[tuple[str, str], JsonObject],
    ) -> None:
        self._definitions = definitions
        self._defaults = defaults
        self._corrected = corrected

    def of(self, schema: JsonObject, owner: str) -> JsonObject:
        """The structural schema of a JSON Schema within the model `owner`."""
        if "$ref" in schema:
            name = str(schema["$ref"]).rsplit("/", 1)[-1]
            return self._with_default(described(self.of(self._definitions[name], name), schema), schema)
        if "anyOf" in schema:
            return self._with_default(described(self._choice(schema, owner), schema), schema)
        out: JsonObject = {key: value for key, value in schema.items() if key not in _DROPPED}
        if "const" in schema:
            out["enum"] = [schema["const"]]
        if "exclusiveMinimum" in schema:
            out |= {"minimum": schema["exclusiveMinimum"], "exclusiveMinimum": True}
        properties = cast("Mapping[str, JsonObject]", schema.get("properties", {}))
        if properties:
            required = cast("list[str]", schema.get("required", []))
            out["properties"] = {
                name: self._property(name, value, owner, optional=name not in required)
                for name, value in properties.items()
            }
        if "items" in schema:
            out["items"] = self.of(cast("JsonObject", schema["items"]), owner)
        if (values := _values(schema)) is not None:
            out["additionalProperties"] = self.of(values, owner)
        return self._with_default(out, schema)

    def _property(self, name: str, schema: JsonObject, owner: str, *, optional: bool) -> JsonObject:
        if (owner, name) in self._corrected:
            return described(dict(self._corrected[owner, name]), schema)
        out = self.of(schema, owner)
        if self._defaults and optional and "default" not in out and _has_inner_defaults(out):
            out["default"] = {}
        return out

    def _choice(self, schema: JsonObject, owner: str) -> JsonObject:
        """An `anyOf`: one type or null is that type; integer or string is Kubernetes' IntOrString."""
        branches = [b for b in cast("list[JsonObject]", schema["anyOf"]) if b.get("type") != "null"]
        if {str(branch.get("type")) for branch in branches} == {"integer", "string"}:
            return dict(_INT_OR_STRING)
        if len(branches) != 1:
            raise ValueError(f"{owner}: a CRD cannot express a choice between {branches}")
        extra = {key: value for key, value in schema.items() if key not in {"anyOf", "description", *_DROPPED}}
        return self.of(branches[0], owner) | extra

    def _with_default(self, out: JsonObject, schema: JsonObject) -> JsonObject:
        if self._defaults and schema.get("default") is not None:
            out["default"] = schema["default"]
        return out


def described(out: JsonObject, schema: JsonObject) -> JsonObject:
    """The same with the description and the extensions of the place where it stands."""
    if "description" in schema:
        out["description"] = schema["description"]
    extensions = {k: v for k, v in schema.items() if k.startswith("x-kubernetes-")}
    return out | extensions


def _values(schema: JsonObject) -> JsonObject | None:
    """The schema of a map's values. A structural schema cannot say which keys there may be: a rule has to."""
    by_pattern = cast("Mapping[str, JsonObject]", schema.get("patternProperties", {}))
    if by_pattern:
        if "x-kubernetes-validations" not in schema:
            raise ValueError(f"a map needs a rule for its keys {list(by_pattern)}")
        (values,) = by_pattern.values()
        return values
    values = schema.get("additionalProperties")
    return values if isinstance(values, dict) else None


def _has_inner_defaults(schema: JsonObject) -> bool:
    """Whether an absent object should be an empty one, for the defaults inside it to count."""
    properties = cast("Mapping[str, JsonObject]", schema.get("properties", {}))
    return "required" not in schema and any("default" in value for value in properties.values())
