"""Generates the CRDs and the JSON Schema of `mcp.json` from the models: `python -m ritsuko_api.crdgen FOLDER`.

A CRD needs a structural schema (apiextensions.k8s.io/v1): no references, no `anyOf` that carries types, no titles.
The embedded pod pieces get Kubernetes' own schema, taken from the models of the `kubernetes` client, which therefore
has to be installed where this runs (and nowhere else).
"""

from __future__ import annotations

import argparse
import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml
from pydantic import BaseModel, JsonValue

from ritsuko_api import GROUP, VERSION, bot, sidecar
from ritsuko_api.config import McpConfig
from ritsuko_api.embedded import EMBEDDED_KEY, PATCH_KEY, JsonObject


@dataclass(frozen=True)
class Column:
    """A column of `kubectl get`; a wide one shows with `-o wide` only."""

    name: str
    path: str
    type: str = "string"
    wide: bool = False

    def rendered(self) -> JsonObject:
        column: JsonObject = {"name": self.name, "type": self.type, "jsonPath": self.path}
        return column | ({"priority": 1} if self.wide else {})


def _condition(type_: str, field: str) -> str:
    return f'.status.conditions[?(@.type=="{type_}")].{field}'


BOT_COLUMNS: list[Column] = [
    Column("Ready", _condition("Ready", "status")),
    Column("Reason", _condition("Ready", "reason")),
    Column("Sidecars", ".status.sidecarsReady"),
    Column("Zulip", _condition("ZulipConnected", "status")),
    Column("Version", ".status.version"),
    Column("Age", ".metadata.creationTimestamp", type="date"),
    Column("Revision", ".status.configRevision", wide=True),
    Column("Message", _condition("Ready", "message"), wide=True),
]
SIDECAR_COLUMNS: list[Column] = [
    Column("Bot", ".status.botNames"),
    Column("Accepted", _condition("Accepted", "status")),
    Column("Ready", _condition("Ready", "status")),
    Column("Reason", _condition("Ready", "reason")),
    Column("Server", ".status.serverInfo.version"),
    Column("Tools", ".status.toolCount", type="integer"),
    Column("Age", ".metadata.creationTimestamp", type="date"),
    Column("Name of server", ".status.serverInfo.name", wide=True),
    Column("Message", _condition("Ready", "message"), wide=True),
]

# Where Kubernetes takes a resource.Quantity, the client's models say "string" (k8s.io/apimachinery/pkg/api/resource).
_QUANTITIES = {
    ("V1ResourceRequirements", "limits"),
    ("V1ResourceRequirements", "requests"),
    ("V1VolumeResourceRequirements", "limits"),
    ("V1VolumeResourceRequirements", "requests"),
    ("V1EmptyDirVolumeSource", "sizeLimit"),
    ("V1ResourceFieldSelector", "divisor"),
}
_QUANTITY: JsonObject = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "pattern": r"^(\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))"
    r"(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))))?$",
    "x-kubernetes-int-or-string": True,
}
_INT_OR_STRING: JsonObject = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "x-kubernetes-int-or-string": True,
}
_OPEN = "x-kubernetes-preserve-unknown-fields"
_DROPPED = {"title", "$defs", "additionalProperties", "patternProperties", "default", "const"}


def crd(
    model: type[BaseModel], *, kind: str, plural: str, short: str, columns: list[Column], scale: bool
) -> JsonObject:
    """The CustomResourceDefinition of one kind."""
    schema = _structural(_json_schema(model))
    properties = cast("dict[str, JsonValue]", schema["properties"])
    properties["metadata"] = {"type": "object"}
    properties |= {"apiVersion": {"type": "string"}, "kind": {"type": "string"}}
    schema["required"] = ["spec"]
    subresources: JsonObject = {"status": {}}
    if scale:
        subresources["scale"] = {
            "specReplicasPath": ".spec.replicas",
            "statusReplicasPath": ".status.replicas",
            "labelSelectorPath": ".status.selector",
        }
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {
                "kind": kind,
                "listKind": f"{kind}List",
                "plural": plural,
                "singular": kind.lower(),
                "shortNames": [short],
                "categories": ["ritsuko"],
            },
            "versions": [
                {
                    "name": VERSION,
                    "served": True,
                    "storage": True,
                    "subresources": subresources,
                    "additionalPrinterColumns": [column.rendered() for column in columns],
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def _json_schema(model: type[BaseModel]) -> JsonObject:
    return cast("JsonObject", model.model_json_schema(by_alias=True, mode="validation"))


def _structural(
    schema: JsonObject, definitions: Mapping[str, JsonValue] | None = None, owner: str = "", ours: bool = True
) -> JsonObject:
    """The structural schema of a JSON Schema; `owner` is the model it comes from, `ours` keeps the defaults."""
    definitions = cast("Mapping[str, JsonValue]", schema.get("$defs", definitions or {}))
    if EMBEDDED_KEY in schema:
        return _described(_kubernetes_schema(str(schema[EMBEDDED_KEY])), schema)
    if PATCH_KEY in schema:
        return _described(_patch_schema(str(schema[PATCH_KEY])), schema)
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        target = cast("JsonObject", definitions[name])
        return _with_default(_described(_structural(target, definitions, name, ours), schema), schema, ours)
    if "anyOf" in schema:
        return _with_default(_described(_choice(schema, definitions, owner, ours), schema), schema, ours)
    out: JsonObject = {key: value for key, value in schema.items() if key not in _DROPPED}
    if "const" in schema:
        out["enum"] = [schema["const"]]
    if "exclusiveMinimum" in schema:
        out |= {"minimum": schema["exclusiveMinimum"], "exclusiveMinimum": True}
    properties = cast("Mapping[str, JsonObject]", schema.get("properties", {}))
    if properties:
        required = cast("list[str]", schema.get("required", []))
        out["properties"] = {
            name: _property(owner, name, value, definitions, ours, optional=name not in required)
            for name, value in properties.items()
        }
    if "items" in schema:
        items = _structural(cast("JsonObject", schema["items"]), definitions, owner, ours)
        _require(items, cast("list[str]", schema.get("x-kubernetes-list-map-keys", [])))
        out["items"] = items
    if (values := _values(schema)) is not None:
        out["additionalProperties"] = _structural(values, definitions, owner, ours)
        if "minLength" in out:
            out["minProperties"] = out.pop("minLength")
        if "maxLength" in out:
            out["maxProperties"] = out.pop("maxLength")
    return _with_default(out, schema, ours)


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


def _require(items: JsonObject, keys: list[str]) -> None:
    """Entries of a list map need their keys; Kubernetes' own models leave some of them optional."""
    if keys:
        items["required"] = [*sorted({*cast("list[str]", items.get("required", [])), *keys})]


def _property(
    owner: str, name: str, schema: JsonObject, definitions: Mapping[str, JsonValue], ours: bool, *, optional: bool
) -> JsonObject:
    if (owner, name) in _QUANTITIES:
        quantity = _described(dict(_QUANTITY), schema)
        if name in ("limits", "requests"):
            return _described({"type": "object", "additionalProperties": dict(_QUANTITY)}, schema)
        return quantity
    out = _structural(schema, definitions, owner, ours)
    if ours and optional and "default" not in out and out.get("type") == "object" and _has_inner_defaults(out):
        out["default"] = {}
    return out


def _has_inner_defaults(schema: JsonObject) -> bool:
    """Whether an absent object should be an empty one, for the defaults inside it to count."""
    properties = cast("Mapping[str, JsonObject]", schema.get("properties", {}))
    return "required" not in schema and any("default" in value for value in properties.values())


def _choice(schema: JsonObject, definitions: Mapping[str, JsonValue], owner: str, ours: bool) -> JsonObject:
    """An `anyOf`: one type or null is that type; integer or string is Kubernetes' IntOrString."""
    branches = [b for b in cast("list[JsonObject]", schema["anyOf"]) if b.get("type") != "null"]
    if {str(branch.get("type")) for branch in branches} == {"integer", "string"}:
        return dict(_INT_OR_STRING)
    if len(branches) != 1:
        raise ValueError(f"{owner}: a CRD cannot express a choice between {branches}")
    extra = {key: value for key, value in schema.items() if key not in {"anyOf", "description", *_DROPPED}}
    return _structural(branches[0], definitions, owner, ours) | extra


def _described(out: JsonObject, schema: JsonObject) -> JsonObject:
    if "description" in schema:
        out["description"] = schema["description"]
    extensions = {k: v for k, v in schema.items() if k.startswith("x-kubernetes-")}
    return out | extensions


def _with_default(out: JsonObject, schema: JsonObject, ours: bool) -> JsonObject:
    if ours and schema.get("default") is not None:
        out["default"] = schema["default"]
    return out


def _kubernetes_schema(name: str) -> JsonObject:
    """The structural schema of one of Kubernetes' own types, with descriptions cut to their first sentence."""
    module = importlib.import_module("kubernetes.client.models." + _snake(name))
    model = cast("type[BaseModel]", getattr(module, name))
    schema = _structural(_json_schema(model), owner=name, ours=False)
    return cast("JsonObject", _first_sentences(schema))


def _patch_schema(name: str) -> JsonObject:
    """A strategic merge patch of one of Kubernetes' own types: its fields, one level deep.

    Deeper than that a patch is open: an entry may leave out what the type requires, `null` takes away, and directives
    such as `$patch: delete` may stand anywhere. The whole schema of a pod would also make the CRD larger than
    `kubectl apply` can store (256 KiB).
    """
    whole = _kubernetes_schema(name)
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


def documents() -> dict[str, str]:
    """Every generated file: its name and its text."""
    bots = crd(bot.RitsukoBot, kind=bot.KIND, plural=bot.PLURAL, short="rbot", columns=BOT_COLUMNS, scale=True)
    sidecars = crd(
        sidecar.McpSidecar, kind=sidecar.KIND, plural=sidecar.PLURAL, short="mcps", columns=SIDECAR_COLUMNS, scale=False
    )
    config = _json_schema(McpConfig) | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    note = "# Generated from crds/src/ritsuko_api by `make crds`; do not edit.\n"
    return {
        "ritsukobots.yaml": note + yaml.safe_dump(bots, sort_keys=True, width=120),
        "mcpsidecars.yaml": note + yaml.safe_dump(sidecars, sort_keys=True, width=120),
        "mcp.schema.yaml": note + yaml.safe_dump(config, sort_keys=True, width=120),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Generate the CRDs and the JSON Schema of mcp.json.")
    parser.add_argument("folder", type=Path, help="where the files go")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file differs")
    arguments = parser.parse_args()
    folder = cast("Path", arguments.folder)
    for name, text in documents().items():
        path = folder / name
        if arguments.check:
            if not path.exists() or path.read_text() != text:
                raise SystemExit(f"{path} is not what the models say: run `make crds` and commit the result")
        else:
            path.write_text(text)
            print(path)


if __name__ == "__main__":
    main()
