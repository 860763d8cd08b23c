"""What both kinds have in common: metadata, how models of the API behave, and the words that fields are made of."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

# A duration as Go writes it, down to seconds: 720h, 1h30m.
DURATION_PATTERN = r"^([0-9]{1,6}h)?([0-9]{1,6}m)?([0-9]{1,6}s)?$"
_DURATION_PARTS = re.compile(r"([0-9]+)([hms])")
_SECONDS = {"h": 3600, "m": 60, "s": 1}

PullPolicy = Literal["Always", "IfNotPresent", "Never"]
# What may be the name of an object: a DNS subdomain (RFC 1123), as Kubernetes demands of the kinds that are named here.
OBJECT_NAME_PATTERN = r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"
ObjectName = Annotated[str, Field(min_length=1, max_length=253, pattern=OBJECT_NAME_PATTERN)]


def is_object_name(text: str) -> bool:
    """Whether an object can have this name; in a path of the API it can then mean nothing but that object."""
    return len(text) <= 253 and re.fullmatch(OBJECT_NAME_PATTERN, text) is not None


def rules(*pairs: tuple[str, str]) -> ConfigDict:
    """CEL rules for the schema of a model, as (expression, the message that says what to write instead)."""
    return ConfigDict(json_schema_extra=validations(*pairs))


def validations(*pairs: tuple[str, str]) -> dict[str, JsonValue]:
    """The same for the schema of one field."""
    return {"x-kubernetes-validations": [{"rule": rule, "message": message} for rule, message in pairs]}


def seconds(duration: str) -> int:
    """The seconds in a duration such as 720h or 1h30m, which the schema has checked."""
    return sum(int(number) * _SECONDS[unit] for number, unit in _DURATION_PARTS.findall(duration))


class SpecModel(BaseModel):
    """A piece of a spec: an unknown field is an error, never accepted and ignored."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True, frozen=True)


class StatusModel(BaseModel):
    """A piece of a status."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel, populate_by_name=True, frozen=True)


class Metadata(StatusModel):
    """The part of `metav1.ObjectMeta` that we read."""

    name: str
    namespace: str
    uid: str = ""
    generation: int = 0
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)
    creation_timestamp: str | None = None
    deletion_timestamp: str | None = None
