"""Generates the CRDs and the JSON Schema of `mcp.json` from the models: `python -m ritsuko_api.crdgen FOLDER`."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import yaml
from pydantic import BaseModel, JsonValue

from ritsuko_api import GROUP, VERSION, bot, sidecar
from ritsuko_api.config import McpConfig
from ritsuko_api.embedded import JsonObject
from ritsuko_api.kubernetes_types import expanded
from ritsuko_api.structural import json_schema, structural


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
    Column("Change", _condition("Reconciling", "reason")),  # how far the latest one has come: Stalled, or Settled
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
    Column("Implementation", ".status.serverInfo.name", wide=True),
    Column("Message", _condition("Ready", "message"), wide=True),
]


def crd(
    model: type[BaseModel], *, kind: str, plural: str, short: str, columns: list[Column], scale: bool
) -> JsonObject:
    """The CustomResourceDefinition of one kind."""
    schema = expanded(structural(model))
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


def _without_cel(schema: JsonObject) -> JsonObject:
    """The same without the rules that only an apiserver can check; `ritsuko_api.config` checks them itself."""

    def stripped(value: JsonValue) -> JsonValue:
        if isinstance(value, dict):
            return {key: stripped(item) for key, item in value.items() if not key.startswith("x-kubernetes-")}
        return [stripped(item) for item in value] if isinstance(value, list) else value

    return cast("JsonObject", stripped(schema))


def documents() -> dict[str, str]:
    """Every generated file: its name and its text."""
    bots = crd(bot.RitsukoBot, kind=bot.KIND, plural=bot.PLURAL, short="rbot", columns=BOT_COLUMNS, scale=True)
    sidecars = crd(
        sidecar.McpSidecar, kind=sidecar.KIND, plural=sidecar.PLURAL, short="mcps", columns=SIDECAR_COLUMNS, scale=False
    )
    config = _without_cel(json_schema(McpConfig)) | {"$schema": "https://json-schema.org/draft/2020-12/schema"}
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
                raise SystemExit(f"{path} does not match the models: run `make crds` and commit the result")
        else:
            path.write_text(text)
            print(path)


if __name__ == "__main__":
    main()
