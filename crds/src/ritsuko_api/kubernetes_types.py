"""Kubernetes' own types, as structural schemas: what stands in our CRDs where a model embeds a piece of a pod.

They are taken from the models of the `kubernetes` client, which therefore has to be installed where the CRDs are
generated (and nowhere else).
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from functools import cache
from typing import cast

from pydantic import BaseModel, JsonValue

from ritsuko_api.embedded import EMBEDDED_KEY, PATCH_KEY, JsonObject
from ritsuko_api.structural import described, structural

_QUANTITY: JsonObject = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
    "x-kubernetes-int-or-string": True,
}
_QUANTITIES: JsonObject = {"type": "object", "additionalProperties": _QUANTITY}
# Where Kubernetes takes a resource.Quantity, the client's models say "string" (k8s.io/apimachinery/pkg/api/resource).
# What rules look at has a limit: the apiserver reckons what an expression costs at the worst.
_CORRECTED: dict[tuple[str, str], JsonObject] = {
    ("V1ResourceRequirements", "limits"): _QUANTITIES,
    ("V1ResourceRequirements", "requests"): _QUANTITIES,
    ("V1VolumeResourceRequirements", "limits"): _QUANTITIES,
    ("V1VolumeResourceRequirements", "requests"): _QUANTITIES,
    ("V1EmptyDirVolumeSource", "sizeLimit"): _QUANTITY,
    ("V1ResourceFieldSelector", "divisor"): _QUANTITY,
    ("V1EnvVar", "name"): {"type": "string", "maxLength": 256},
    ("V1Volume", "name"): {"type": "string", "maxLength": 63},
}
_OPEN = "x-kubernetes-preserve-unknown-fields"


def expanded(schema: JsonObject) -> JsonObject:
    """The same schema with Kubernetes' own types in the places where they are only named."""
    if EMBEDDED_KEY in schema:
        return described(_whole(str(schema[EMBEDDED_KEY])), schema)
    if PATCH_KEY in schema:
        return described(_patch(str(schema[PATCH_KEY])), schema)
    out = dict(schema)
    properties = cast("Mapping[str, JsonObject]", schema.get("properties", {}))
    if properties:
        out["properties"] = {name: expanded(value) for name, value in properties.items()}
    for key in ("items", "additionalProperties"):
        if isinstance(inner := schema.get(key), dict):
            out[key] = expanded(inner)
    if "x-kubernetes-list-map-keys" in schema:
        _require(cast("JsonObject", out["items"]), cast("list[str]", schema["x-kubernetes-list-map-keys"]))
    return out


def _require(items: JsonObject, keys: list[str]) -> None:
    """Entries of a list map need their keys; Kubernetes' own models leave some of them optional."""
    if keys:
        items["required"] = [*sorted({*cast("list[str]", items.get("required", [])), *keys})]


@cache
def _client_model(name: str) -> type[BaseModel]:
    module = importlib.import_module("kubernetes.client.models." + _snake(name))
    return cast("type[BaseModel]", getattr(module, name))


def _whole(name: str) -> JsonObject:
    """The schema of one type, with descriptions cut to their first sentence."""
    schema = structural(_client_model(name), defaults=False, corrected=_CORRECTED)
    return cast("JsonObject", _first_sentences(schema))


def _patch(name: str) -> JsonObject:
    """A strategic merge patch of one of Kubernetes' own types: its fields, one level deep.

    Deeper than that a patch is open: an entry may leave out what the type requires, `null` takes away, and directives
    such as `$patch: delete` may stand anywhere. The whole schema of a pod would also make the CRD larger than
    `kubectl apply` can store (256 KiB).
    """
    whole = _whole(name)
    fields: JsonObject = {}
    for field, schema in cast("Mapping[str, JsonObject]", whole["properties"]).items():
        shallow: JsonObject = {"type": schema["type"], "description": schema["description"], "nullable": True}
        if schema["type"] == "object":
            shallow[_OPEN] = True
        elif schema["type"] == "array":
            shallow["items"] = {"type": "object", _OPEN: True}
        fields[field] = shallow
    return {"type": "object", "properties": fields, _OPEN: True}


def _snake(name: str) -> str:
    words = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", words).lower()


def _first_sentences(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return [_first_sentences(item) for item in value]
    if not isinstance(value, dict):
        return value
    out: JsonObject = {}
    for key, item in value.items():
        if key == "description" and isinstance(item, str):
            out[key] = re.split(r"(?<=[a-z)\"'`])\.\s|\n\n", item.strip(), maxsplit=1)[0].rstrip(".") + "."
        else:
            out[key] = _first_sentences(item)
    return out
