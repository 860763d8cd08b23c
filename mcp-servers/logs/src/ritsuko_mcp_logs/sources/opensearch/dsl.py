"""The query DSL made from queries. What a caller writes becomes a value in it, never a name or a query string.

https://docs.opensearch.org/latest/query-dsl/
"""

import re
from collections.abc import Callable, Sequence

from pydantic import JsonValue

from ritsuko_mcp_logs.lines.levels import FIELDS, letters, level_field_values, level_named, numbers, shorts, words
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.query.label_selector import Requirement, parse_selector
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames, label_name
from ritsuko_mcp_logs.sources.opensearch.expressions import GAP, plain_parts
from ritsuko_mcp_logs.sources.opensearch.mapping import KEYWORDS, TEXTS, Fields, Layout, whole

Clause = dict[str, JsonValue]

_PLAIN = re.compile(r"[\w.:/-]{1,128}", re.ASCII)
_RUN = re.compile(r"[A-Za-z0-9]+")
_MOST_RUNS = 8
_LONGEST_WORD = 255
"""The longest word that the standard analyzer makes; it cuts longer ones anywhere."""
_INTEGERS = frozenset({"long", "integer", "short", "byte", "unsigned_long"})


def window(query: Query, namespace: str, names: PodFieldNames, existing: Fields, layout: Layout) -> list[Clause]:
    """Time and containers; `namespace` is `*` for all. Of the time whole milliseconds, never less than is requested."""
    parts = [time_range(query, layout.time)]
    if query.origin is not None:
        return [*parts, *_origin(query.origin, names, existing)]
    if namespace != "*":
        parts.append(_is(names.namespace, namespace, existing))
    if query.pod:
        parts.append({"regexp": {whole(names.pod, existing): {"value": pod_pattern(query.pod), "flags": "NONE"}}})
    if query.container:
        parts.append(_is(names.container, query.container, existing))
    for requirement in parse_selector(query.labels):
        # A label that no entry has is missing in all.
        if name := label_name(requirement.key, existing):
            parts.append(_required(name, requirement, existing))
    return parts


def time_range(query: Query, field: str) -> Clause:
    """The milliseconds that the query's time lies in."""
    since, until = (round(moment * 1e6) for moment in (query.since, query.until))
    return {"range": {field: {"gte": since // 1000, "lt": -(-until // 1000), "format": "epoch_millis"}}}


def clauses(query: Query, existing: Fields, layout: Layout) -> list[Clause]:
    """What entries must have; never less than the query wants, and empty if it wants all."""
    parts: list[Clause | None] = []
    messages = layout.messages(existing)
    if query.text:
        in_text = _in_text(plain_parts(query.text) if query.regex else query.text, messages, existing)
        parts.append(_any_of(_one_of(query.or_fields, existing), in_text) if query.or_fields else in_text)
    if query.level:
        parts.append(_any_of(_stated(query.level, existing), _at_level(query.level, messages, existing)))
    for name, value in query.fields:
        if name in FIELDS and (level := level_named(value)):
            parts.append(_any_of(_stated(level, existing), _at_level(level, messages, existing)))
        elif _PLAIN.fullmatch(value):
            parts.append(_any_of(_equals(name, value, existing), _in_text(value, messages, existing)))
    return [part for part in parts if part is not None]


def pod_pattern(wanted: str) -> str:
    """As `names.pod_pattern`, for Lucene."""
    if "*" in wanted:
        return ".*".join(literal(part) for part in wanted.split("*"))
    return literal(wanted) + ("([^0-9].*)?" if wanted[-1:].isdigit() else ".*")


def literal(text: str) -> str:
    """A regular expression (Lucene) that matches just this text."""
    return re.sub(r"[^\w]", r"\\\g<0>", clean(text), flags=re.ASCII)


def clean(text: str) -> str:
    """The text without what is not Unicode."""
    return text.encode("utf-8", "replace").decode()


def _in_text(text: str, messages: Sequence[str], existing: Fields) -> Clause | None:
    """Entries whose text may contain this one, in either case; None if that is all of them, or cannot be asked."""
    patterns = _words_with(text)
    if not patterns:
        return None
    escaped = re.sub(r"[\\*?]", r"\\\g<0>", clean(text))
    # Lucene knows the other case of ASCII alone.
    anywhere = re.sub(r"[^\x00-\x7f]", "?", escaped).replace(GAP, "*")
    return _of_messages(
        messages,
        existing,
        by_words=lambda name: _all_of([_wildcard(name, pattern) for pattern in patterns]),
        as_whole=lambda name: _wildcard(name, f"*{anywhere}*"),
    )


def _words_with(text: str) -> list[str]:
    """Patterns that words of every text with this one in it match, if words are never cut between ASCII letters and
    digits, and always at a blank; the longest of them."""
    found = [
        ("" if text[: run.start()].endswith((" ", "\t")) else "*")
        + run[0]
        + ("" if text[run.end() :].startswith((" ", "\t")) else "*")
        for run in _RUN.finditer(text)
        if len(run[0]) <= _LONGEST_WORD
    ]
    return sorted(dict.fromkeys(found), key=len, reverse=True)[:_MOST_RUNS]


def _stated(level: str, existing: Fields) -> list[Clause] | None:
    """Entries with a field that says so; None if one cannot be asked."""
    asked = [
        (name, values)
        for names, values in level_field_values(level)
        for name in names
        if name in existing and existing[name].types <= TEXTS | KEYWORDS | _INTEGERS
    ]
    if not all(existing[name].searchable for name, _ in asked):
        return None
    return [
        {"terms": {name: [value for value in values if value.isdigit()]}}
        if existing[name].types & _INTEGERS
        else _regexp(name, _containing(values))
        for name, values in asked
    ]


def _at_level(level: str, messages: Sequence[str], existing: Fields) -> Clause | None:
    # What is one word to us, an analyzer may have cut at any sign, or left as it is with all signs around.
    alone = f"([0-9;]*[mK])?[{letters(level)}]|{'|'.join(numbers(level))}"
    expression = (
        f"{_containing([*words(level), *shorts(level), '[IWEF][0-9]{4}'])}|(.*[^A-Za-z0-9])?({alone})([^A-Za-z0-9].*)?"
    )
    return _of_messages(
        messages,
        existing,
        by_words=lambda name: _regexp(name, expression),
        as_whole=lambda name: _regexp(name, expression),
    )


def _of_messages(
    messages: Sequence[str], existing: Fields, *, by_words: Callable[[str], Clause], as_whole: Callable[[str], Clause]
) -> Clause | None:
    """Entries with such a text, and those that don't say it so that they could be asked; None if none can."""
    either: list[Clause] = []
    for name in messages:
        field = existing.get(name)
        if field is None or not field.searchable:
            return None
        if field.types <= TEXTS:
            either += [by_words(name), _wildcard(name, "?" * _LONGEST_WORD)]
        elif field.types <= KEYWORDS:
            either.append(as_whole(name))
        else:
            return None
    if not either:
        return None
    unsaid: Clause = {"bool": {"must_not": [_exists(name) for name in messages]}}
    return {"bool": {"should": [*either, unsaid]}}


def _equals(name: str, value: str, existing: Fields) -> list[Clause] | None:
    """Entries in which a field may have this value; None if that cannot be asked of it."""
    field = existing.get(name)
    if field is None:
        return []
    if not field.searchable:
        return None
    if field.types <= TEXTS:
        return [{"match": {name: {"query": value, "operator": "and", "zero_terms_query": "all"}}}]
    if field.types <= KEYWORDS:
        return [{"term": {name: {"value": value}}}]
    if field.types <= _INTEGERS and re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
        return [{"term": {name: {"value": value}}}]
    return None


def _one_of(fields: Sequence[tuple[str, str]], existing: Fields) -> list[Clause] | None:
    """Entries in which one of these fields may have its value; None if that cannot be asked of one."""
    either: list[Clause] = []
    for name, value in fields:
        equal = _equals(name, value, existing)
        if equal is None:
            return None
        either += equal
    return either


def _origin(origin: Origin, names: PodFieldNames, existing: Fields) -> list[Clause]:
    if not origin.pod:
        return [_is(name, value, existing) for name, value in origin.labels]
    known = ((names.namespace, origin.namespace), (names.pod, origin.pod), (names.container, origin.container))
    return [_is(name, value, existing) for name, value in known if name]


def _required(name: str, requirement: Requirement, existing: Fields) -> Clause:
    if requirement.operator in ("exists", "absent"):
        there = _exists(name)
        return there if requirement.operator == "exists" else _none_of(there)
    among: Clause = {"terms": {whole(name, existing): [clean(value) for value in requirement.values]}}
    return _none_of(among) if requirement.operator == "notin" else among


def _is(name: str, value: str, existing: Fields) -> Clause:
    if name == "_index":
        return {"term": {name: {"value": value}}}
    return {"term": {whole(name, existing): {"value": clean(value)}}} if value else _none_of(_exists(name))


def _exists(name: str) -> Clause:
    return {"exists": {"field": name}}


def _wildcard(name: str, pattern: str) -> Clause:
    return {"wildcard": {name: {"value": pattern, "case_insensitive": True}}}


def _regexp(name: str, expression: str) -> Clause:
    return {"regexp": {name: {"value": expression, "flags": "NONE", "case_insensitive": True}}}


def _containing(expressions: Sequence[str]) -> str:
    return f".*({'|'.join(expressions)}).*"


def _any_of(these: Sequence[Clause] | None, this: Clause | None) -> Clause | None:
    """None if some of them cannot be asked for."""
    return None if these is None or this is None else {"bool": {"should": [*these, this]}}


def _all_of(clauses: Sequence[Clause]) -> Clause:
    return {"bool": {"filter": list(clauses)}}


def _none_of(clause: Clause) -> Clause:
    return {"bool": {"must_not": [clause]}}
