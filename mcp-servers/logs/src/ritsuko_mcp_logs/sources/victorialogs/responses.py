"""VictoriaLogs' answers as plain data."""

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any, cast

from pydantic import BaseModel
from pydantic_core import from_json

from ritsuko_mcp_logs.lines.stream import nanoseconds
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames
from ritsuko_mcp_logs.sources.rows import Row

_LONGEST_ENTRY = 4 * 2**20


class Value(BaseModel):
    """A name or value and how many entries have it."""

    value: str
    hits: int = 0


class Values(BaseModel):
    """What the endpoints that list names and values answer."""

    values: list[Value] = []


async def entries(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[dict[str, str]]]:
    """The JSON objects of a stream, one a line, as they come.

    Raises ValueError, with the text, for another line: what VictoriaLogs writes when a query fails later than at once.
    """
    carry = b""
    async for chunk in chunks:
        data = carry + chunk
        end = data.rfind(b"\n") + 1
        carry = data[end:]
        if len(carry) > _LONGEST_ENTRY:
            raise ValueError("one entry is larger than 4 MiB")
        for group in _parsed(data[:end].split(b"\n")):
            yield group
    for group in _parsed([carry]):
        yield group


def row(entry: dict[str, str], names: PodFieldNames) -> Row:
    """An entry with all its fields."""
    stream = entry.pop("_stream", "")
    entry.pop("_stream_id", None)
    text = entry.pop("_msg", "")
    moment = nanoseconds(entry.pop("_time", "").encode())
    origin = names.origin(entry if entry.get(names.pod) else {"stream": stream})
    return Row(moment, origin, text, entry)


def _parsed(lines: Sequence[bytes]) -> Iterator[list[dict[str, str]]]:
    """One group; what comes before a line that is no JSON object is not lost by it."""
    found: list[dict[str, str]] = []
    try:
        for line in lines:
            if line:
                found.append(_entry(line))
    except ValueError:
        yield found
        raise
    yield found


def _entry(line: bytes) -> dict[str, str]:
    try:
        found: Any = from_json(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise ValueError(" ".join(line[:300].decode(errors="replace").split()))
    return cast("dict[str, str]", found)
