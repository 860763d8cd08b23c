"""What an application wrote beside the text of an entry, of all that a store keeps there: the fields of a structured
log, which often say what the text doesn't."""

import json
import re
from collections.abc import Collection, Mapping

from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_logs.lines.levels import FIELDS

# What collectors and stores add: of whom an entry is, and how it came.
_ADDED = re.compile(
    r"""[_@]
    | (?:kubernetes|k8s|resource|agent|ecs|host|input|cloud|docker|container|pod|namespace|node|cluster|labels?|service
      |data_stream|orchestrator|observer|event|log|fileset|scope|telemetry)(?:$|[._@])
    | (?:stream|job|app|instance|filename|file|source(?:_type)?|logtag|tags?|time|ts|timestamp|(?:observed_)?timestamp
      |detected_level|flags|date|severity_number|env|environment|team|region|zone)$""",
    re.VERBOSE | re.IGNORECASE,
)
_CAUSE = re.compile(r"err|exc|cause|reason|stack|fail", re.IGNORECASE)
_PLAIN = re.compile(r'[^\s"=|]+')
_LONGEST_VALUE = 300
_LONGEST = 800


class ContinuationFields(dict[str, str]):
    """The fields of an entry at its second line and those behind: they were shown at the first."""


def application_fields(fields: Mapping[str, str], text: str, known: Collection[str] = ()) -> str:
    """`error="connection refused" status=502`: the level and what may be the cause first. Without what the text says,
    or is `known` of the entry, like its pod.

    Not redacted, but values that stand under a secret's name are left out.
    """
    if isinstance(fields, ContinuationFields):
        return ""
    shown = [
        f"{name}={_value(value)}"
        for name, value in sorted(fields.items(), key=_rank)
        if value not in known and _is_informative(name, value, text)
    ]
    while shown and len(" ".join(shown)) > _LONGEST:
        shown = [*shown[:-2], "…"] if shown[-1] == "…" else [*shown[:-1], "…"]
    return " ".join(shown)


def _is_informative(name: str, value: str, text: str) -> bool:
    if not value or is_sensitive_name(name):
        return False
    if name in FIELDS:
        return value.lower() not in text.lower()
    return not _ADDED.match(name) and value not in text


def _rank(field: tuple[str, str]) -> int:
    name = field[0]
    return 0 if name in FIELDS else 1 if _CAUSE.search(name) else 2


def _value(value: str) -> str:
    """Cut at a blank: half a word may be half a secret, which nobody knows as one."""
    if len(value) > _LONGEST_VALUE:
        value = f"{value[:_LONGEST_VALUE].rpartition(' ')[0]} …"
    return value if _PLAIN.fullmatch(value) else json.dumps(value, ensure_ascii=False)
