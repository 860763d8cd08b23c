"""Entries of a log store as its collector took them apart, with what went wrong put back behind what they say.

`request failed`, with the field `error` beside it, is `request failed error=connection refused`: another error than one
with another cause, and the same one as in a line of JSON with both. A stack trace follows line by line.
"""

from collections.abc import Mapping

from ritsuko_mcp_logs.lines.application_fields import ContinuationFields
from ritsuko_mcp_logs.lines.line import Batch
from ritsuko_mcp_logs.lines.stream import split
from ritsuko_mcp_logs.mining.message import CAUSE, WHO, who_says_what

_TELLING = frozenset((*CAUSE, *WHO))
_TRACE_LINE = b"%b \t| %b"
"""A frame of the record that says nothing about where it was raised: what counts of a trace stands in front."""


def with_causes(batch: Batch) -> Batch:
    """The same lines, those of entries with a cause beside their text longer, or followed by lines more."""
    if all(_TELLING.isdisjoint(fields) for fields in batch.fields):
        return batch
    raws: list[bytes] = []
    kept: list[Mapping[str, str]] = []
    for raw, fields in zip(batch.raws(), batch.fields, strict=True):
        lines = [raw] if isinstance(fields, ContinuationFields) or _TELLING.isdisjoint(fields) else _told(raw, fields)
        raws += lines
        kept += [fields] * len(lines)
    return Batch(batch.origin, b"\n".join(raws) + b"\n", kept)


def _told(raw: bytes, fields: Mapping[str, str]) -> list[bytes]:
    time, text = split(raw)
    if text.endswith(b"}"):
        # JSON: it says all of that itself.
        return [raw]
    written = text.decode(errors="replace")
    beside = {name: value for name, value in fields.items() if value not in written}
    whole = who_says_what({**beside, "msg": written}) or written
    trace = next((value for name in CAUSE if "\n" in (value := beside.get(name, ""))), "")
    head = b"%b %b" % (time, whole.encode("utf-8", "replace"))
    return [head, *(_TRACE_LINE % (time, line.encode("utf-8", "replace")) for line in trace.splitlines())]
