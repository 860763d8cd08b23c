"""One thing that is wrong: with what, why, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.objects.fields import at

# Reasons of findings whose objects alone do not say why: the events about them do.
NOT_CREATED = "NotCreated"
EXPLAINED_BY_EVENTS = frozenset({NOT_CREATED, "VolumePending", "MissingPods"})


class Severity(IntEnum):
    """How bad it is; the higher the worse."""

    NOTICE = 1  # may be meant so
    WARNING = 2  # works in part, or will break
    CRITICAL = 3  # does not work

    @property
    def word(self) -> str:
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Subject:
    """The object that a finding is about."""

    kind: str
    namespace: str
    name: str

    @staticmethod
    def of(item: Json, kind: str) -> Subject:
        metadata = at(item, "metadata")
        return Subject(kind, str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))

    def __str__(self) -> str:
        return f"{self.kind.lower()}/{self.name}"


@dataclass(frozen=True, slots=True)
class Finding:
    """`reason` is one CamelCase word, the same for every case of this sort; `cause` a sentence for this one.

    `since` is when it began (RFC 3339), or empty. `container` is the one whose previous log may tell more.
    """

    subject: Subject
    severity: Severity
    reason: str
    cause: str
    advice: str
    since: str = ""
    container: str = ""
