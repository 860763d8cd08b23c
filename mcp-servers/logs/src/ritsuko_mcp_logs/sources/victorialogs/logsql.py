"""LogsQL made from queries. Every text of a caller's goes in as a quoted string.

https://docs.victoriametrics.com/victorialogs/logsql/
"""

import json
import re
from collections.abc import Collection

from ritsuko_mcp_logs.lines.levels import FIELDS, level_field_values, level_named, statement
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.lines.stream import timestamp
from ritsuko_mcp_logs.query.label_selector import Requirement, parse_selector
from ritsuko_mcp_logs.query.patterns import PLAIN, expression, literal, pod_pattern
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames, label_name

_WORDS = re.compile(r"[\w.:/ -]+", re.ASCII)


def quoted(text: str) -> str:
    """A string literal."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)


def window(query: Query, namespace: str, names: PodFieldNames, existing: Collection[str]) -> str:
    """Time and containers; `namespace` is `*` for all."""
    parts = [time_range(query.since, query.until)]
    if query.origin is not None:
        return " ".join([*parts, *_origin(query.origin, names)])
    if namespace != "*":
        parts.append(_is(names.namespace, namespace))
    if query.pod:
        parts.append(f"{quoted(names.pod)}:~{quoted(f'^(?:{pod_pattern(query.pod)})$')}")
    if query.container:
        parts.append(_is(names.container, query.container))
    for requirement in parse_selector(query.labels):
        parts.append(_required(label_name(requirement.key, existing) or requirement.key, requirement))
    return " ".join(parts)


def time_range(since: float, until: float) -> str:
    """From `since` up to but not including `until`, both to the microsecond."""
    begin, end = (timestamp(round(moment * 1e6) * 1000).decode() for moment in (since, until))
    return f"_time:[{begin}, {end})"


def filters(query: Query, existing: Collection[str]) -> str:
    """What lines must have; never less than the query wants, and empty if it wants all."""
    parts: list[str] = []
    if query.text:
        in_text = _in_text(query.text, query)
        parts.append(_any_of([in_text, *(_is(name, value) for name, value in query.or_fields)]))
    if query.exclude:
        parts.append(f"!{_in_text(query.exclude, query)}")
    if query.level:
        parts.append(_at_level(query.level, existing))
    for name, value in query.fields:
        if name in FIELDS and (level := level_named(value)):
            parts.append(_at_level(level, existing))
        elif PLAIN.fullmatch(value):
            parts.append(_any_of([_is(name, value), f"_msg:~{quoted(literal(value))}"]))
    for condition in query.conditions:
        # Other expressions may fit a field of a JSON text, but not the text, where quotes and such are escaped.
        if condition.operator == "~" and _WORDS.fullmatch(condition.value):
            fits = quoted(f"(?i){condition.value}")
            parts.append(_any_of([f"{quoted(condition.name)}:~{fits}", f"_msg:~{fits}"]))
    return " ".join(parts)


def _in_text(text: str, query: Query) -> str:
    return f"_msg:~{quoted(expression(text, query))}"


def _at_level(level: str, existing: Collection[str]) -> str:
    either: list[str] = []
    for names, values in level_field_values(level):
        stated = quoted(f"(?i)^(?:{'|'.join(values)})$")
        either += [f"{quoted(name)}:~{stated}" for name in names if name in existing]
    return _any_of([*either, f"_msg:~{quoted(statement(level))}"])


def _origin(origin: Origin, names: PodFieldNames) -> list[str]:
    if not origin.pod:
        return [f"_stream:{dict(origin.labels).get('stream', '{}')}"]
    known = ((names.namespace, origin.namespace), (names.pod, origin.pod), (names.container, origin.container))
    return [_is(name, value) for name, value in known if name]


def _required(name: str, requirement: Requirement) -> str:
    field = quoted(name)
    if requirement.operator in ("exists", "absent"):
        return f"{'!' if requirement.operator == 'absent' else ''}{field}:*"
    among = f"{field}:in({','.join(map(quoted, requirement.values))})"
    return f"!{among}" if requirement.operator == "notin" else among


def _is(field: str, value: str) -> str:
    return f"{quoted(field)}:={quoted(value)}"


def _any_of(filters: list[str]) -> str:
    return filters[0] if len(filters) == 1 else f"({' or '.join(filters)})"
