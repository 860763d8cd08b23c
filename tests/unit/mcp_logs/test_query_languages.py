"""LogQL and LogsQL made from what callers write: all of it stays inside its quotes."""

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_logs.sources.loki import logql
from ritsuko_mcp_logs.sources.names import Names, label_name, literal, pod_pattern
from ritsuko_mcp_logs.sources.selectors import Requirement, parse_selector
from ritsuko_mcp_logs.sources.source import Origin, Query
from ritsuko_mcp_logs.sources.victorialogs import logsql

LABELS = frozenset({"namespace", "pod", "container", "app", "app_kubernetes_io_name", "level"})
NAMES = Names.among(LABELS)
HOSTILE = st.text(st.sampled_from("\"\\`{}|=~()[]*\n\t\x00 aé\ud800'$^."), min_size=1, max_size=12)


def query(**wanted: object) -> Query:
    return Query(since=1_790_000_000.5, until=1_790_000_060.0, **wanted)  # pyright: ignore[reportArgumentType]


def outside_of_quotes(expression: str) -> str:
    return re.sub(r'"(?:[^"\\]|\\.)*"', '""', expression)


@given(text=HOSTILE, pod=HOSTILE, container=HOSTILE, value=HOSTILE, regex=st.booleans(), exact=st.booleans())
def test_nothing_that_a_caller_writes_leaves_its_quotes(
    text: str, pod: str, container: str, value: str, regex: bool, exact: bool
) -> None:
    asked = query(
        text=text, pod=pod, container=container, regex=regex, case_sensitive=exact, fields=(("level", value),)
    )
    tame = query(text="a", pod="a", container="a", regex=regex, case_sensitive=exact, fields=(("level", "a"),))
    for_loki = [logql.selector(one, "shop", NAMES, LABELS) + logql.wanted(one) for one in (asked, tame)]
    assert outside_of_quotes(for_loki[0]) == outside_of_quotes(for_loki[1])
    asked, tame = (query(text=one.text, pod=one.pod, container=one.container, regex=regex) for one in (asked, tame))
    for_victoria = [
        f"{logsql.window(one, 'shop', NAMES, LABELS)} {logsql.wanted(one, LABELS)}" for one in (asked, tame)
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
    assert logql.wanted(asked) == ' |~ "(?i)time out"'
    assert logql.wanted(query(text="a.b", case_sensitive=True)) == ' |= "a.b"'
    assert logql.wanted(query(text="a.b")) == ' |~ "(?i)a\\\\.b"'
    assert logql.selector(query(), "*", NAMES, LABELS) == '{app=~".+"}'
    assert logql.selector(query(fields=(("level", "error"), ("user", "7"))), "*", NAMES, LABELS) == '{level="error"}'
    of_one = query(origin=Origin("shop", "web-1", "app"))
    assert logql.selector(of_one, "*", NAMES, LABELS) == '{namespace="shop", pod="web-1", container="app"}'


def test_logsql() -> None:
    asked = query(text="time out", pod="web-*", labels="app in (a,b),level", level="fatal")
    assert logsql.window(asked, "shop", NAMES, LABELS) == (
        "_time:[2026-09-21T14:13:20.500000000Z, 2026-09-21T14:14:20.000000000Z) "
        '"namespace":="shop" "pod":~"^(?:web-.*)$" "app":in("a","b") "level":*'
    )
    wanted = logsql.wanted(asked, LABELS)
    assert wanted.startswith('_msg:~"(?i)time out" ("level":~"(?i)^(?:fatal|panic|')
    assert "error" not in wanted
    assert logsql.wanted(query(), LABELS) == ""


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
    vector = Names.among({"kubernetes.pod_namespace", "kubernetes.pod_name", "kubernetes.container_name", "file"})
    assert vector == Names("kubernetes.pod_namespace", "kubernetes.pod_name", "kubernetes.container_name")
    assert vector.origin({"kubernetes.pod_name": "web-1"}) == Origin("", "web-1", "")
    assert vector.origin({"job": "cron"}) == Origin(labels=(("job", "cron"),))
    assert label_name("app.kubernetes.io/name", LABELS) == "app_kubernetes_io_name"
    assert label_name("app", {"kubernetes.pod_labels.app"}) == "kubernetes.pod_labels.app"
    assert label_name("tier", LABELS) == ""
