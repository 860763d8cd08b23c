"""Single entries, as backends answer with them, made into batches."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ritsuko_mcp_logs.lines.application_fields import ContinuationFields
from ritsuko_mcp_logs.lines.line import Batch, Origin
from ritsuko_mcp_logs.lines.stream import timestamp


@dataclass(frozen=True, slots=True)
class Row:
    """One entry; its text may have several lines."""

    nanoseconds: int
    origin: Origin
    text: str
    fields: Mapping[str, str]


def batches(rows: Iterable[Row]) -> list[Batch]:
    """The entries as lines, a batch for each container, oldest first; those of one moment always in the same order."""
    by_origin: defaultdict[Origin, list[Row]] = defaultdict(list)
    for row in rows:
        by_origin[row.origin].append(row)
    return [_batch(origin, found) for origin, found in by_origin.items()]


def _batch(origin: Origin, rows: list[Row]) -> Batch:
    rows.sort(key=lambda row: (row.nanoseconds, row.text))
    data: list[bytes] = []
    fields: list[Mapping[str, str]] = []
    for row in rows:
        time = timestamp(row.nanoseconds)
        lines = row.text.rstrip("\n").split("\n")
        data += (b"%b %b\n" % (time, line.encode("utf-8", "replace")) for line in lines)
        fields.append(row.fields)
        if len(lines) > 1:
            fields += [ContinuationFields(row.fields)] * (len(lines) - 1)
    return Batch(origin, b"".join(data), fields)
