"""There is a golden case for every field of both kinds."""

from collections.abc import Iterator
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel

from ritsuko_api.bot import RitsukoBot, RitsukoBotSpec
from ritsuko_api.resource import SpecModel
from ritsuko_api.sidecar import McpSidecar, McpSidecarSpec
from tests.golden.golden import cases, placed

KINDS: dict[str, tuple[type[RitsukoBot | McpSidecar], type[SpecModel]]] = {
    "RitsukoBot": (RitsukoBot, RitsukoBotSpec),
    "McpSidecar": (McpSidecar, McpSidecarSpec),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_has_a_case_that_sets_it_to_something_else_than_its_default(kind: str) -> None:
    whole, spec = KINDS[kind]
    said: set[str] = set()
    for case in cases():
        for resource in case.resources:
            if resource["kind"] == kind:
                parsed = whole.model_validate(placed(resource))
                said |= set(leaves(parsed.spec.model_dump(by_alias=True, exclude_defaults=True, mode="json")))
    missing = [path for path in fields(spec) if not any(one == path or one.startswith(f"{path}.") for one in said)]
    assert not missing, "these fields stand in no case of tests/golden/cases"


def fields(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """The paths of a model's fields, those of its models instead of them."""
    for name, field in model.model_fields.items():
        here = f"{path}{field.alias or name}"
        inner = next(models(field.annotation), None)
        if inner is None:
            yield here
        else:
            yield from fields(inner, f"{here}.")


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a field's type, also in a list or beside None."""
    if get_origin(annotation) is None:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            yield annotation
        return
    for argument in get_args(annotation):
        yield from models(argument)


def leaves(value: Any, path: str = "") -> Iterator[str]:
    """The paths of all values in a resource; entries of a list stand at the list's own."""
    if isinstance(value, dict) and value:
        for name, entry in value.items():
            yield from leaves(entry, f"{path}.{name}" if path else name)
    elif isinstance(value, list) and value:
        for entry in value:
            yield from leaves(entry, path)
    else:
        yield path
