"""Which lines a query wants."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator

from ritsuko_mcp_logs.lines.levels import FIELDS, RANKS, level_named, statements
from ritsuko_mcp_logs.lines.line import Batch, Line
from ritsuko_mcp_logs.lines.stream import plain, split
from ritsuko_mcp_logs.query.conditions import Condition
from ritsuko_mcp_logs.query.patterns import Pattern, compiled
from ritsuko_mcp_logs.query.query import Query

# What means something else, or nothing, when a line stands in a block with its timestamp before it.
_BOUND_TO_LINE = re.compile(r"[\^$]|\\[AzZB]")
# JSON may write other numbers in other ways, and escape other signs.
_WRITTEN_SO = re.compile(r"-?\d{1,18}|[A-Za-z_][\w.:-]*", re.ASCII)


class Matcher:
    """Text (or a regular expression) to find or to exclude, a minimum severity, fields; without any of them every line.

    A text is looked for in lines as they are shown: without colour codes and the CR of CRLF.
    Regular expressions are RE2's: linear in the length of a line, so none that a caller thinks of hangs the server.
    Raises ToolFailure for an expression that isn't one.
    """

    def __init__(self, query: Query) -> None:
        text = query.text
        self._fields = query.fields
        self._or_fields = query.or_fields
        self._conditions = [
            (one, compiled(one.value, literal=False, case_sensitive=False) if "~" in one.operator else None)
            for one in query.conditions
        ]
        self._unwanted = (
            compiled(query.exclude, literal=not query.regex, case_sensitive=query.case_sensitive)
            if query.exclude
            else None
        )
        self._rank = RANKS[query.level] if query.level else None
        self._stated = statements(query.level) if query.level else None
        self._value = next((value.encode() for name, value in query.fields if _written_so(name, value)), b"")
        self._needle = b""
        self._pattern: Pattern | None = None
        self._across: Pattern | None = None
        # RE2 finds a text in either case faster than a search in a copy in lower case.
        if text and (query.regex or not query.case_sensitive):
            self._pattern = compiled(text, literal=not query.regex, case_sensitive=query.case_sensitive)
            self._across = None if query.regex and _BOUND_TO_LINE.search(text) else self._pattern
        else:
            self._needle = text.encode("utf-8", "replace")

    @property
    def wants_all(self) -> bool:
        """Whether every line matches."""
        return not (self._needle or self._pattern or self._unwanted or self._fields or self._conditions) and (
            self._rank is None
        )

    def matches(self, line: Line) -> bool:
        """Whether this line matches."""
        return (
            self._has_text(line)
            and (self._unwanted is None or self._unwanted.search(plain(line.raw)) is None)
            and self._has_level(line)
            and self._has_fields(line)
        )

    def find(self, batch: Batch) -> Iterator[tuple[int, int, Line]]:
        """The matching lines of a batch, in its order: where each begins and ends in `data` (its newline not included).

        Most blocks of most logs have none, and that costs one look at the whole block.
        """
        if batch.fields:
            yield from self._find_among_all(batch)
            return
        data, shown = batch.data, plain(batch.data)
        written = None if shown is data else _Written(data)
        following = self._places(shown)
        position = 0
        leap = True
        while (found := following(position) if leap else position) >= 0 and position < len(shown):
            start = max(shown.rfind(b"\n", 0, found) + 1, position)
            end = shown.find(b"\n", start)
            place = written.behind(shown.count(b"\n", position, start)) if written else (start, end)
            line = Line(batch.origin, *split(data[slice(*place)]))
            if self.matches(line):
                yield *place, line
            else:
                # An expression that found more than a line, or a timestamp, would do so again and again.
                leap = self._pattern is None or self._has_text(line)
            position = end + 1

    def _find_among_all(self, batch: Batch) -> Iterator[tuple[int, int, Line]]:
        start = 0
        for line, raw in zip(batch.lines(), batch.raws(), strict=True):
            end = start + len(raw)
            if self.matches(line):
                yield start, end, line
            start = end + 1

    def _places(self, data: bytes) -> Callable[[int], int]:
        """What finds the first place at or behind another within a line that may match, -1 if there is none."""
        if self._needle:
            return lambda position: data.find(self._needle, position)
        if self._pattern is not None:
            across = self._across
            return (lambda position: _first(across, data, position)) if across else lambda position: position
        if self._value:
            return lambda position: data.find(self._value, position)
        if self._stated is not None:
            places = self._stated.places(data)
            return lambda position: places[at] if (at := bisect_left(places, position)) < len(places) else -1
        return lambda position: position

    def _has_text(self, line: Line) -> bool:
        if self._needle:
            found = self._needle in plain(line.raw)
        else:
            found = self._pattern is None or self._pattern.search(plain(line.raw)) is not None
        return found or any(_has_field(line, name, value) for name, value in self._or_fields)

    def _has_level(self, line: Line) -> bool:
        return self._rank is None or RANKS.get(line.level, -1) >= self._rank

    def _has_fields(self, line: Line) -> bool:
        return (not self._fields or all(_has_field(line, name, value) for name, value in self._fields)) and (
            not self._conditions or all(_holds(line, one, pattern) for one, pattern in self._conditions)
        )


def _written_so(name: str, value: str) -> bool:
    """Whether a line whose field has this value has it in its text; a level goes by many names."""
    return name not in FIELDS and _WRITTEN_SO.fullmatch(value) is not None


def _first(pattern: Pattern, data: bytes, position: int) -> int:
    match = pattern.search(data, position)
    return -1 if match is None else min(match.start(), len(data) - 1)


def _has_field(line: Line, name: str, value: str) -> bool:
    """Whether it has this value; a level goes by many names."""
    there = _value(line, name)
    if there == value:
        return True
    level = level_named(value) if name in FIELDS else ""
    return bool(level) and level == (line.level if name == "level" else level_named(there or ""))


def _value(line: Line, name: str) -> str | None:
    """Loki keeps no dots in names."""
    there = line.fields.get(name)
    return line.fields.get(name.replace(".", "_")) if there is None and "." in name else there


def _holds(line: Line, condition: Condition, pattern: Pattern | None) -> bool:
    if pattern is not None:
        there = _value(line, condition.name)
        found = there is not None and pattern.search(there.encode("utf-8", "replace")) is not None
        return found != condition.operator.startswith("!")
    if condition.operator == "!=":
        return not _has_field(line, condition.name, condition.value)
    return condition.orders(_value(line, condition.name) or "")


class _Written:
    """A block as it was written, line by line: where lines are that were found in what is shown of it."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    def behind(self, lines: int) -> tuple[int, int]:
        """Where the line begins and ends that comes so many lines after the one that was asked for before."""
        for _ in range(lines):
            self._position = self._data.find(b"\n", self._position) + 1
        start, end = self._position, self._data.find(b"\n", self._position)
        self._position = end + 1
        return start, end
