"""LogQL, LogsQL and query DSL made from what callers write: all of it stays inside its quotes."""

import json
import re
from dataclasses import replace

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.lines.line import Origin
from ritsuko_mcp_logs.query.conditions import Condition
from ritsuko_mcp_logs.query.label_selector import Requirement, parse_selector
from ritsuko_mcp_logs.query.patterns import literal, pod_pattern, pods_named
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.sources.collector_names import PodFieldNames, label_name
from ritsuko_mcp_logs.sources.loki import logql
from ritsuko_mcp_logs.sources.opensearch import dsl
from ritsuko_mcp_logs.sources.opensearch.expressions import GAP, plain_parts
from ritsuko_mcp_logs.sources.opensearch.mapping import Capability, Layout, fields
from ritsuko_mcp_logs.sources.victorialogs import logsql

LABELS = frozenset({"namespace", "pod", "container", "app", "app_kubernetes_io_name", "level"})
NAMES = PodFieldNames.among(LABELS)
HOSTILE = st.text(st.sampled_from("\"\\`{}|=~()[]*\n\t\x00 aé\ud800'$^."), min_size=1, max_size=12)


def query(**wanted: object) -> Query:
    return Query(since=1_790_000_000.5, until=1_790_000_060.0, **wanted)  # pyright: ignore[reportArgumentType]


def outside_of_quotes(expression: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)


@given(text=HOSTILE, pod=HOSTILE, container=HOSTILE, value=HOSTILE, regex=st.booleans(), exact=st.booleans())
def test_nothing_that_a_caller_writes_leaves_its_quotes(
    text: str, pod: str, container: str, value: str, regex: bool, exact: bool
) -> None:
    how = {"regex": regex, "case_sensitive": exact}
    asked = query(text=text, exclude=text, pod=pod, container=container, fields=(("level", value),), **how)
    tame = query(text="a", exclude="a", pod="a", container="a", fields=(("level", "a"),), **how)
    for_loki = [
        logql.selector(one, "shop", NAMES, LABELS) + " ".join(logql.pipelines(one, LABELS)) for one in (asked, tame)
    ]
    assert outside_of_quotes(for_loki[0]) == outside_of_quotes(for_loki[1])
    names = (text, "a")
    asked, tame = (
        replace(one, fields=(), conditions=(Condition(name, "~", "plain"),))
        for one, name in zip((asked, tame), names, strict=True)
    )
    for_victoria = [
        f"{logsql.window(one, 'shop', NAMES, LABELS)} {logsql.filters(one, LABELS)}" for one in (asked, tame)
    ]
    assert outside_of_quotes(for_victoria[0]) == outside_of_quotes(for_victoria[1])


@given(st.text(max_size=20))
def test_quoted_text_reads_back(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    assert json.loads(logql.quoted(text)) == clean
    assert json.loads(logsql.quoted(text)) == clean


@given(HOSTILE)
def test_a_literal_matches_itself_alone(text: str) -> None:
    assert re.fullmatch(literal(text), text)
    assert not re.fullmatch(literal(text), text + "x")


def test_logql() -> None:
    asked = query(text="time out", pod="web-*", labels="app=shop,app.kubernetes.io/name!=x,!level")
    assert logql.selector(asked, "shop", NAMES, LABELS) == (
        '{namespace="shop", pod=~"web-.*", app=~"shop", app_kubernetes_io_name!~"x", level=""}'
    )
    assert logql.line_filters(asked) == ' |~ "(?i)time out"'
    assert logql.line_filters(query(text="a.b", case_sensitive=True)) == ' |= "a.b"'
    assert logql.line_filters(query(text="a.b")) == ' |~ "(?i)a\\\\.b"'
    assert logql.line_filters(query(text="a", exclude="b|c", regex=True)) == ' |~ "(?i)a" !~ "(?i)b|c"'
    assert logql.line_filters(query(exclude="b", case_sensitive=True)) == ' != "b"'
    assert logql.selector(query(), "*", NAMES, LABELS) == '{namespace=~".+"}'
    assert logql.selector(query(), "*", NAMES, LABELS | {"service_name"}) == '{service_name=~".+"}'
    assert logql.selector(query(labels="!app"), "*", PodFieldNames(), frozenset({"host"})) == '{host=~".+"}'
    assert logql.selector(query(fields=(("app", "a.b"), ("user", "7"))), "*", NAMES, LABELS) == '{app="a.b"}'
    at_level = logql.selector(query(fields=(("level", "ERROR"),)), "*", NAMES, LABELS)
    assert at_level == '{level=~"(?i)err|eror|error|severe|50"}'
    of_one = query(origin=Origin("shop", "web-1", "app"))
    assert logql.selector(of_one, "*", NAMES, LABELS) == '{namespace="shop", pod="web-1", container="app"}'


def test_logql_of_what_may_be_in_the_text_or_beside_it() -> None:
    assert logql.pipelines(query(text="a", fields=(("app", "shop"),)), LABELS) == [' |~ "(?i)a"']
    assert logql.pipelines(query(text="a", fields=(("http.status", "500"),)), LABELS) == [
        ' |~ "(?i)a" |~ "500"',
        ' |~ "(?i)a" !~ "500" | http_status="500"',
    ]
    assert logql.pipelines(query(fields=(("5xx", "7"),)), LABELS)[1] == ' !~ "7" | _5xx="7"'
    for unasked in (("offset", "7"), ("user", 'a"b')):
        assert logql.pipelines(query(fields=(unasked,)), LABELS) == [""]
    traced = query(text="Ab", or_fields=(("traceId", "Ab"), ("trace.id", "ab")))
    assert logql.pipelines(traced, LABELS) == [
        ' |~ "(?i)Ab"',
        ' !~ "(?i)Ab" | traceId="Ab" or trace_id="ab"',
    ]
    in_text, beside = logql.pipelines(query(level="fatal"), frozenset())
    assert beside.startswith(in_text.replace("|~", "!~") + " | level=~")
    # the narrowest of them
    asked = query(level="error", fields=(("severity", "error"), ("status", "500")))
    assert logql.pipelines(asked, frozenset())[0] == ' |~ "500"'
    assert len(logql.pipelines(query(fields=(("severity", "error"),)), frozenset())) == 2


def test_logsql() -> None:
    asked = query(text="time out", pod="web-*", labels="app in (a,b),level", level="fatal")
    assert logsql.window(asked, "shop", NAMES, LABELS) == (
        "_time:[2026-09-21T14:13:20.500000000Z, 2026-09-21T14:14:20.000000000Z) "
        '"namespace":="shop" "pod":~"^(?:web-.*)$" "app":in("a","b") "level":*'
    )
    wanted = logsql.filters(asked, LABELS)
    assert wanted.startswith('_msg:~"(?i)time out" ("level":~"(?i)^(?:fatal|panic|')
    assert "error" not in wanted
    assert logsql.filters(query(), LABELS) == ""
    conditions = (Condition("error", "~", "connection refused"), Condition("x", "~", 'a"|b'), Condition("y", ">", "5"))
    assert logsql.filters(query(conditions=conditions), LABELS) == (
        '("error":~"(?i)connection refused" or _msg:~"(?i)connection refused")'
    )
    assert logsql.filters(query(text="a", exclude="b"), LABELS) == '_msg:~"(?i)a" !_msg:~"(?i)b"'


@pytest.mark.parametrize(
    ("wanted", "matching", "others"),
    [
        ("db-1", ["db-1", "db-1-backup"], ["db-10", "xdb-1"]),
        ("web", ["web", "web-7d9f-abcde", "webby"], ["a-web"]),
        ("*-db-*", ["x-db-1"], ["db-1"]),
        ("a.b", ["a.bc"], ["axb"]),
    ],
)
def test_pods_by_pattern(wanted: str, matching: list[str], others: list[str]) -> None:
    pattern = re.compile(pod_pattern(wanted))
    assert [name for name in matching + others if pattern.fullmatch(name)] == matching


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("web", "web"),
        ("deploy/web", "web-*"),
        ("Deployment/web", "web-*"),
        ("deployment.apps/web", "web-*"),
        ("sts/db-*", "db-*"),
        ("pod/web-1", "web-1"),
        ("po/web", "web"),
        ("other/web", "other/web"),
        ("deploy/", "deploy/"),
    ],
)
def test_a_workload_stands_for_its_pods(written: str, meant: str) -> None:
    assert pods_named(written) == meant


def test_selectors() -> None:
    assert parse_selector("app=web, tier!=db,env in (a, b),x notin (c),!gone,here,z==1") == [
        Requirement("app", "in", ("web",)),
        Requirement("tier", "notin", ("db",)),
        Requirement("env", "in", ("a", "b")),
        Requirement("x", "notin", ("c",)),
        Requirement("gone", "absent"),
        Requirement("here", "exists"),
        Requirement("z", "in", ("1",)),
    ]
    assert parse_selector("") == []
    for wrong in ("a=b=c", "a==!b", "a in b", 'a="b"', "a=b}", "in (x)", 'a in ("x")'):
        with pytest.raises(ToolFailure, match="label selector"):
            parse_selector(wrong)


def test_names_of_the_usual_collectors() -> None:
    vector = PodFieldNames.among(
        {"kubernetes.pod_namespace", "kubernetes.pod_name", "kubernetes.container_name", "file"}
    )
    assert vector == PodFieldNames("kubernetes.pod_namespace", "kubernetes.pod_name", "kubernetes.container_name")
    assert vector.origin({"kubernetes.pod_name": "web-1"}) == Origin("", "web-1", "")
    assert vector.origin({"job": "cron"}) == Origin(labels=(("job", "cron"),))
    assert label_name("app.kubernetes.io/name", LABELS) == "app_kubernetes_io_name"
    assert label_name("app", {"kubernetes.pod_labels.app"}) == "kubernetes.pod_labels.app"
    assert label_name("tier", LABELS) == ""


def capabilities(**types: str) -> dict[str, dict[str, Capability]]:
    """As they are told of fields of these types; `__` in a name stands for a dot."""
    whole = ("keyword", "long", "date", "wildcard")
    return {
        name.replace("__", "."): {kind: Capability(searchable=kind != "object", aggregatable=kind in whole)}
        for name, kind in types.items()
    }


WORDS = fields(
    {
        **capabilities(
            _index="_index", log="text", log__keyword="keyword", level="text", level__keyword="keyword", took="long",
            kubernetes="object", kubernetes__namespace_name="text", kubernetes__namespace_name__keyword="keyword",
            kubernetes__pod_name="keyword", kubernetes__container_name="keyword", kubernetes__labels="object",
            kubernetes__labels__app="text", kubernetes__labels__app__raw="keyword", blob="binary",
        ),
        "@timestamp": capabilities(x="date")["x"],
    }
)  # fmt: skip
WHOLE = {**WORDS, **fields(capabilities(log="wildcard"))}
LAYOUT = Layout(index="logs-*", time="@timestamp")


def asked_of(existing: object, wanted: Query, namespace: str = "shop") -> list[dsl.Clause]:
    known: dict[str, object] = existing  # type: ignore[assignment]
    window = dsl.window(wanted, namespace, LAYOUT.names(known), known, LAYOUT)  # type: ignore[arg-type]
    return [*window, *dsl.clauses(wanted, known, LAYOUT)]  # type: ignore[arg-type]


def names_in(clause: object) -> set[str]:
    """All names of a JSON value, at any depth."""
    match clause:
        case dict():
            return {str(name) for name in clause}.union(*map(names_in, clause.values()))
        case list():
            return set().union(*map(names_in, clause))
        case _:
            return set()


OF_THE_DSL = {
    "bool", "filter", "should", "must_not", "range", "gte", "lt", "format", "term", "terms", "value", "regexp", "flags",
    "wildcard", "case_insensitive", "exists", "field", "match", "query", "operator", "zero_terms_query",
}  # fmt: skip


@given(text=HOSTILE, pod=HOSTILE, container=HOSTILE, value=HOSTILE, regex=st.booleans())
def test_what_a_caller_writes_is_a_value_of_the_dsl(
    text: str, pod: str, container: str, value: str, regex: bool
) -> None:
    asked = query(
        text=text, pod=pod, container=container, regex=regex, level="warn",
        fields=((text, value), ("level", value), (value, "7"), ("level", "a-b")),
    )  # fmt: skip
    for existing in (WORDS, WHOLE):
        made = asked_of(existing, asked, namespace=value)
        known = existing.keys() | {field.whole for field in existing.values()}
        assert names_in(made) <= OF_THE_DSL | known
        json.dumps(made, ensure_ascii=False).encode()


@given(HOSTILE)
def test_a_literal_for_lucene_has_no_operator(text: str) -> None:
    assert re.sub(r"\\[^\w]", "", dsl.literal(text), flags=re.ASCII).replace("a", "") == ""


def test_dsl() -> None:
    pod = {"regexp": {"kubernetes.pod_name": {"value": r"web\-.*", "flags": "NONE"}}}
    assert asked_of(WORDS, query(pod="web-*", labels="app in (a,b),!level,unknown!=x", container="c")) == [
        {"range": {"@timestamp": {"gte": 1790000000500, "lt": 1790000060000, "format": "epoch_millis"}}},
        {"term": {"kubernetes.namespace_name.keyword": {"value": "shop"}}},
        pod,
        {"term": {"kubernetes.container_name": {"value": "c"}}},
        {"terms": {"kubernetes.labels.app.raw": ["a", "b"]}},
        {"bool": {"must_not": [{"exists": {"field": "level"}}]}},
    ]
    unsaid = {"bool": {"must_not": [{"exists": {"field": "log"}}]}}
    too_long = {"wildcard": {"log": {"value": "?" * 255, "case_insensitive": True}}}
    with_words = [
        {"wildcard": {"log": {"value": word, "case_insensitive": True}}} for word in ("*refused", "*conn*", "by*")
    ]
    assert asked_of(WORDS, query(text="conn_refused by"), "*")[1:] == [
        {"bool": {"should": [{"bool": {"filter": with_words}}, too_long, unsaid]}}
    ]
    assert asked_of(WHOLE, query(text=r"5*\é"), "*")[1:] == [
        {"bool": {"should": [{"wildcard": {"log": {"value": r"*5\*\\?*", "case_insensitive": True}}}, unsaid]}}
    ]
    number = asked_of(WORDS, query(fields=(("took", "7"),)), "*")[1]
    assert number["bool"]["should"][0] == {"term": {"took": {"value": "7"}}}  # type: ignore[index]
    of_one = query(origin=Origin("shop", "web-1", ""))
    assert asked_of(WORDS, of_one, "*")[3] == {
        "bool": {"must_not": [{"exists": {"field": "kubernetes.container_name"}}]}
    }


@pytest.mark.parametrize(
    "wanted",
    [
        {"text": "=== é"},
        {"text": "timeout|refused", "regex": True},
        {"fields": (("took", "1.5"),)},
        {"fields": (("took", "a b"),)},
        {"fields": (("blob", "a"),)},
    ],
)
def test_what_cannot_be_asked_narrows_nothing(wanted: dict[str, object]) -> None:
    assert dsl.clauses(query(**wanted), WORDS, LAYOUT) == []


def test_texts_that_cannot_be_asked_of_narrow_nothing() -> None:
    asked = query(text="timeout", level="error", fields=(("level", "error"),))
    for kinds in ({"log": "binary"}, {"level": "text"}):
        assert dsl.clauses(asked, fields(capabilities(**kinds)), LAYOUT) == []
    mixed = {"log": {**capabilities(x="text")["x"], **capabilities(x="keyword")["x"]}}
    unsearchable = {"log": {"text": Capability(searchable=False, aggregatable=False)}}
    for odd in (mixed, unsearchable):
        assert dsl.clauses(asked, fields(odd), LAYOUT) == []
    assert dsl.clauses(asked, WORDS, Layout(index="x", time="@timestamp", message="elsewhere")) == []


def test_fields_of_a_mapping() -> None:
    assert "log.keyword" not in WORDS
    assert "kubernetes" not in WORDS
    assert "_index" not in WORDS
    both = fields(
        {
            **capabilities(log="text", log__level="keyword"),
            "log": {**capabilities(x="text", y="object")["x"], **capabilities(y="object")["y"]},
        }
    )
    assert both.keys() == {"log", "log.level"}
    documents = capabilities(x="nested")["x"]
    assert fields({"tags": documents, **capabilities(tags__name="keyword")}) == {}
    assert fields({"tags": {**documents, **capabilities(x="object")["x"]}, **capabilities(tags__name="keyword")}) == {}
    with pytest.raises(ToolFailure, match="has no keyword type"):
        dsl.window(
            query(pod="x"),
            "*",
            PodFieldNames(pod="kubernetes.pod_name"),
            fields(capabilities(kubernetes__pod_name="text")),
            LAYOUT,
        )


ATOMS = st.sampled_from(
    [
        "a", "B", "7", " ", ".", "\\.", "\\d", "[ab]", "[^]a]", "[]]", "(a|b)", "(ab)", "(?i)", "(?:b7)", "(?P<n>a)",
        "((a)|b)", "\\bA", "\\x41", "\\Qa.b\\E", "\\pL", "|", "*", "+", "?", "{2}", "{0,2}", "{0}", "{1,}", "{,2}",
        "{a", "\\(", "\\[", "[[:alpha:]]", "$", "^", "\\\\", "[\\]]", "\\141", "é", "(\\))", "([)])", "{00}",
    ]
)  # fmt: skip


@given(st.lists(ATOMS, max_size=8).map("".join), st.lists(st.text("aAbB7 .({])|\\é,02", max_size=8), min_size=10))
def test_plain_parts_are_in_every_text_with_a_match(expression: str, texts: list[str]) -> None:
    options = re2.Options()
    options.log_errors = False
    try:
        pattern = re2.compile(expression, options)
    except re2.error:
        return
    parts = ".*".join(map(re.escape, plain_parts(expression).split(GAP)))
    for text in texts:
        assert not pattern.search(text) or re.search(parts, text, re.IGNORECASE | re.DOTALL), text


@pytest.mark.parametrize(
    ("expression", "parts"),
    [
        (r"took 1\d{3} ms$", ["took 1", "", " ms", ""]),
        (r"(?i)status=5\d\d", ["status=5", "", ""]),
        ("conn(ection)? refused by +peer", ["conn", " refused by ", "peer"]),
        ("timeout|refused", ["", ""]),
        ("ab+?c", ["ab", "c"]),
        ("ab+(?i)*c", ["", ""]),
        ("(time|out)", ["", ""]),
        (r"\Qa.b\E", ["", ""]),
    ],
)
def test_plain_parts(expression: str, parts: list[str]) -> None:
    assert plain_parts(expression).split(GAP) == parts
