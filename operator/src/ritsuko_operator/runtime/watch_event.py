"""An event of a watch, of which only the head is decoded: most report what the answer to our own write already did.

Decoding the head takes a tenth of the time that the whole object takes, and makes no objects of its fields.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from pydantic_core import from_json

from ritsuko_operator.reconcile.cluster import Object


class Metadata(msgspec.Struct):
    """What of an object's metadata decides whether it is news."""

    name: str = ""
    namespace: str = ""
    resource_version: str = msgspec.field(default="", name="resourceVersion")


class About(msgspec.Struct):
    """The beginning of an object; in an event of type ERROR, of a Status."""

    metadata: Metadata = msgspec.field(default_factory=Metadata)
    code: int = 0
    reason: str = ""
    message: str = ""


class _Head(msgspec.Struct):
    type: str
    object: About


_decoder = msgspec.json.Decoder(_Head)


@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One event: its type as the API names it, the head of its object, and the line that it came as."""

    type: str
    about: About
    line: bytes

    @classmethod
    def of(cls, line: bytes) -> WatchEvent:
        """Raises `ValueError` for what is not an event."""
        head = _decoder.decode(line)
        return cls(head.type, head.object, line)

    @property
    def version(self) -> int:
        """The resource version. Raises `ValueError` where there is none."""
        return int(self.about.metadata.resource_version)

    def whole(self) -> Object:
        """The event with the whole of its object. Raises `ValueError` for what is not JSON."""
        return from_json(self.line, cache_strings="keys")
