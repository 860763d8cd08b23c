"""Fields that no line has, and fields that have a text which no line has."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_logs.phrases import arguments, counted, shortlist
from ritsuko_mcp_logs.query.patterns import compiled, literal
from ritsuko_mcp_logs.query.query import Query, unconditional
from ritsuko_mcp_logs.search.field_statistics import FieldValues, sample_fields
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.source import Source

_SECONDS_TO_EXPLAIN = 2.0


async def unknown_fields(source: Source, query: Query, names: Iterable[str]) -> list[str]:
    """What to say of those names that no field of the newest lines has, whatever else the query wants of lines."""
    anything = replace(unconditional(query), seconds=_SECONDS_TO_EXPLAIN)
    try:
        lines, seen = await sample_fields(source, anything, Coverage())
    except ToolFailure:
        # There is an answer already; it only comes without this.
        return []
    return [
        f"There is no field {name[:60]!r} in the newest {counted(lines, 'line')}. {fields_instead(name, seen)}"
        for name in names
        if lines and name not in seen
    ]


async def fields_with_text(source: Source, query: Query) -> list[str]:
    """What to say of a text that no line has, if fields beside the newest lines have it."""
    pattern = compiled(query.text, literal=not query.regex, case_sensitive=query.case_sensitive)
    anything = replace(unconditional(query), order="newest", seconds=_SECONDS_TO_EXPLAIN)
    try:
        _, seen = await sample_fields(source, anything, Coverage())
    except ToolFailure:
        return []
    names = [
        name
        for name, found in seen.items()
        if not is_sensitive_name(name)
        and any(pattern.search(value.encode("utf-8", "replace")) for value in found.values)
    ]
    if not names:
        return []
    wanted = query.text if query.regex else literal(query.text)
    how = f"; search {arguments(fields=f'{names[0]}~{wanted}')} finds those lines" if "," not in wanted else ""
    return [f"The text of the lines does not contain it, but these fields do: {shortlist(sorted(names))}{how}."]


def fields_instead(name: str, seen: Mapping[str, FieldValues]) -> str:
    """What to say instead of a field that is not there."""
    if not seen:
        return "Those lines are plain text without fields."
    return suggestion(name, seen) or f"There are: {shortlist(sorted(seen))}."
