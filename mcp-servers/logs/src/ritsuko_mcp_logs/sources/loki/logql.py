"""LogQL made from queries. Every text of a caller's goes in as a quoted string.

https://grafana.com/docs/loki/latest/query/log_queries/
"""

import json
import re
from collections.abc import Collection, Sequence

from ritsuko_mcp_logs.lines.levels import FIELDS, level_field_values, level_named, signs
from ritsuko_mcp_logs.lines.levels import names as levels
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.query.label_selector import Requirement, parse_selector
from ritsuko_mcp_logs.query.patterns import PLAIN, expression, literal, pod_pattern
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames, label_name

# Loki 3 gives it to every stream. https://grafana.com/docs/loki/latest/get-started/labels/#default-labels-for-all-users
_SERVICE = "service_name"
# No label filter can begin with these. https://github.com/grafana/loki/blob/main/pkg/logql/syntax/lex.go
_KEYWORDS = frozenset({
    "and", "bool", "by", "decolorize", "drop", "group_left", "group_right", "ignoring", "json", "keep", "label_format",
    "line_format", "logfmt", "of", "offset", "on", "or", "pattern", "regexp", "unless", "unpack", "unwrap", "variants",
    "without",
})  # fmt: skip
# What Loki makes of a name that is none to it.
_NO_LABEL = re.compile(r"[^A-Za-z0-9_]")


def quoted(text: str) -> str:
    """A string literal."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)


def selector(query: Query, namespace: str, names: PodFieldNames, existing: Collection[str]) -> str:
    """The streams; `namespace` is `*` for all."""
    if query.origin is not None:
        return _of(_origin(query.origin, names), names, existing)
    matchers: list[str] = []
    if namespace != "*":
        matchers.append(_is(names.namespace, namespace))
    if query.pod:
        matchers.append(f"{names.pod}=~{quoted(pod_pattern(query.pod))}")
    if query.container:
        matchers.append(_is(names.container, query.container))
    for requirement in parse_selector(query.labels):
        if name := label_name(requirement.key, existing):
            matchers.append(_required(name, requirement))
    # What is kept as a label is asked for as one; for other fields see `pipelines`.
    matchers += [_has(name, value) for name, value in query.fields if name in existing]
    return _of(matchers, names, existing)


def line_filters(query: Query) -> str:
    """What the text of lines must have and must not have, and empty if that is nothing."""
    return _line_filter("|", query.text, query) + _line_filter("!", query.exclude, query)


def _line_filter(sign: str, text: str, query: Query) -> str:
    if not text:
        return ""
    if query.case_sensitive and not query.regex:
        return f" {sign}= {quoted(text)}"
    return f" {sign}~ {quoted(expression(text, query))}"


def pipelines(query: Query, existing: Collection[str]) -> list[str]:
    """What lines must have, as one pipeline or two. No line passes both; together they never give less than the query
    wants, and everything if it wants all.

    There are two where a line may say in its text or beside it what is requested: LogQL knows no "or" between these.
    """
    if query.or_fields:
        filters = [_equals(name, value) for name, value in query.or_fields]
        either = _in_text_or_field(expression(query.text, query), filters)
        return [_line_filter("!", query.exclude, query) + one for one in either]
    either = [""]
    for name, value in query.fields:
        if name in existing or name in _KEYWORDS:
            continue
        if name in FIELDS and (level := level_named(value)):
            either = _at_level(level)
        elif PLAIN.fullmatch(value):
            either = _in_text_or_field(literal(value), [_equals(name, value)])
            break
    if either == [""] and query.level:
        either = _at_level(query.level)
    return [line_filters(query) + one for one in either]


def _at_level(level: str) -> list[str]:
    # Each in a group of its own: Loki is quick to find texts, but not what an expression makes of texts similar.
    in_text = "|".join(f"({sign})" for sign in signs(level))
    beside: list[str] = []
    for names, values in level_field_values(level):
        stated = quoted(f"(?i){'|'.join(values)}")
        beside += [f"{_label(name)}=~{stated}" for name in names]
    return _in_text_or_field(in_text, beside)


def _in_text_or_field(text: str, filters: Sequence[str]) -> list[str]:
    return [f" |~ {quoted(text)}", f" !~ {quoted(text)} | {' or '.join(dict.fromkeys(filters))}"]


def _equals(name: str, value: str) -> str:
    return f"{_label(name)}={quoted(value)}"


def _label(name: str) -> str:
    label = _NO_LABEL.sub("_", name)
    return f"_{label}" if label[0].isdigit() else label


def _of(matchers: list[str], names: PodFieldNames, existing: Collection[str]) -> str:
    if not matchers or all(matcher.endswith(('=""', '=~".*"')) for matcher in matchers):
        # Loki wants one matcher that doesn't match the empty value: of the label that most streams have.
        common = (_SERVICE, names.namespace, names.pod, "job", *sorted(existing))
        anything = next((name for name in common if name in existing), "job")
        matchers = [*matchers, f'{anything}=~".+"']
    return "{" + ", ".join(matchers) + "}"


def _origin(origin: Origin, names: PodFieldNames) -> list[str]:
    if not origin.pod:
        return [_is(name, value) for name, value in origin.labels]
    known = ((names.namespace, origin.namespace), (names.pod, origin.pod), (names.container, origin.container))
    return [_is(name, value) for name, value in known if name]


def _required(name: str, requirement: Requirement) -> str:
    match requirement.operator:
        case "exists":
            return f'{name}=~".+"'
        case "absent":
            return f'{name}=""'
        case "in" | "notin":
            among = quoted("|".join(map(literal, requirement.values)))
            return f"{name}{'=~' if requirement.operator == 'in' else '!~'}{among}"


def _has(name: str, value: str) -> str:
    level = level_named(value) if name in FIELDS else ""
    return f"{name}=~{quoted('(?i)' + '|'.join(levels(level)))}" if level else _is(name, value)


def _is(name: str, value: str) -> str:
    return f"{name}={quoted(value)}"
