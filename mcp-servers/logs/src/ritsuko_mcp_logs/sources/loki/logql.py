"""LogQL made from queries. Every text of a caller's goes in as a quoted string.

https://grafana.com/docs/loki/latest/query/log_queries/
"""

import json
from collections.abc import Collection

from ...levels import FIELDS, level_named
from ...levels import names as levels
from ..names import Names, label_name, literal, pod_pattern
from ..selectors import Requirement, parse_selector
from ..source import Origin, Query


def quoted(text: str) -> str:
    """A string literal."""
    return json.dumps(text.encode("utf-8", "replace").decode(), ensure_ascii=False)


def selector(query: Query, namespace: str, names: Names, existing: Collection[str]) -> str:
    """The streams; `namespace` is `*` for all."""
    if query.origin is not None:
        return _of(_origin(query.origin, names), existing)
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
    # What is kept as a label is asked for as one; other fields are the reader's to look for.
    matchers += [_has(name, value) for name, value in query.fields if name in existing]
    return _of(matchers, existing)


def wanted(query: Query) -> str:
    """What the text of lines must have; never less than the query wants, and empty if it wants all."""
    if not query.text:
        return ""
    if query.case_sensitive and not query.regex:
        return f" |= {quoted(query.text)}"
    expression = query.text if query.regex else literal(query.text)
    return f" |~ {quoted(expression if query.case_sensitive else f'(?i){expression}')}"


def _of(matchers: list[str], existing: Collection[str]) -> str:
    if not matchers or all(matcher.endswith(('=""', '=~".*"')) for matcher in matchers):
        # Loki wants one matcher that doesn't match the empty value.
        anything = next(iter(sorted(existing)), "job")
        matchers = [*matchers, f'{anything}=~".+"']
    return "{" + ", ".join(matchers) + "}"


def _origin(origin: Origin, names: Names) -> list[str]:
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
