"""The generated CRDs: what is committed is what the models say, and it is fit for `kubectl apply`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ritsuko_api.crdgen import documents

CRDS = Path(__file__).parents[3] / "crds"
FILES = ["ritsukobots.yaml", "mcpsidecars.yaml"]


def schema(file: str) -> dict[str, Any]:
    document = yaml.safe_load((CRDS / file).read_text())
    return document["spec"]["versions"][0]["schema"]["openAPIV3Schema"]


def nodes(node: dict[str, Any], path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    yield path, node
    for name, child in node.get("properties", {}).items():
        yield from nodes(child, f"{path}.{name}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from nodes(node[key], f"{path}.{key}")


def test_the_committed_files_are_what_the_models_say() -> None:
    for name, text in documents().items():
        assert (CRDS / name).read_text() == text, f"{name}: run `make crds`"


@pytest.mark.parametrize("file", FILES)
def test_every_field_has_a_type_and_every_field_of_ours_a_description(file: str) -> None:
    for path, node in nodes(schema(file)):
        assert "type" in node or node.get("x-kubernetes-int-or-string"), path
        # A strategic merge patch holds `null` and directives, which no structural schema can express.
        assert "x-kubernetes-preserve-unknown-fields" not in node or path.startswith(".spec.podTemplate.spec"), path
    for section in ("spec", "status"):
        for name, node in schema(file)["properties"][section]["properties"].items():
            assert node.get("description"), f"{section}.{name} has no description"


@pytest.mark.parametrize("file", FILES)
def test_it_fits_into_the_annotation_that_kubectl_apply_keeps(file: str) -> None:
    """`kubectl apply` stores the object in an annotation, and annotations end at 256 KiB."""
    assert len(json.dumps(yaml.safe_load((CRDS / file).read_text()))) < 256 * 1024
