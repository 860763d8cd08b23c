"""The committed CRDs, read for tests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

CRDS = Path(__file__).parents[2] / "crds"
FILES = {"RitsukoBot": "ritsukobots.yaml", "McpSidecar": "mcpsidecars.yaml"}
API_VERSION = "ritsuko.dev/v1alpha1"

Schema = dict[str, Any]
Document = dict[str, Any]


@cache
def schema_of(kind: str) -> Schema:
    """The OpenAPI schema of a whole resource."""
    crd = yaml.safe_load((CRDS / FILES[kind]).read_text())
    return crd["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def spec_of(kind: str) -> Schema:
    return schema_of(kind)["properties"]["spec"]


def nodes(schema: Schema, path: str = "") -> Iterator[tuple[str, Schema]]:
    """Every place of a schema: `spec.env[].name`, and `spec.podLabels{}` for the values of a map."""
    yield path, schema
    for name, child in schema.get("properties", {}).items():
        yield from nodes(child, f"{path}.{name}".lstrip("."))
    if "items" in schema:
        yield from nodes(schema["items"], f"{path}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from nodes(schema["additionalProperties"], f"{path}{{}}")


def document(kind: str, spec: Any, *, name: str = "sample", labels: dict[str, str] | None = None) -> Document:
    metadata: Document = {"name": name} | ({"labels": labels} if labels else {})
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
