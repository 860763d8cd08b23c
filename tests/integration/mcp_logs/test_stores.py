"""VictoriaLogs and Loki through the tools: the same entries give the same answers."""

import random
import re
import time
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from ritsuko_mcp_common.times import format_time
from tests.integration.mcp_logs.conftest import LOKI, LOKI_PAGE
from tests.integration.mcp_logs.stores import START, Entry, Filled

Ask = Callable[..., Any]
Asking = Callable[..., AbstractAsyncContextManager[Ask]]

WINDOW = {"namespace": "shop", "since": format_time(START), "until": format_time(START + 3600)}


def texts(answer: dict[str, Any]) -> list[str]:
    return [row["text"] for row in answer["data"]]


async def test_found_newest_first_and_counted(store: Filled, asking_store: Asking) -> None:
    store.push(
        [
            Entry(0, "start"),
            Entry(1, "a Timeout here"),
            Entry(2, "TIMEOUT in two", pod="web-2"),
            Entry(3, "timeout elsewhere", namespace="other"),
            Entry(4, "timeout again"),
            Entry(5, "fine", pod="web-3"),
        ]
    )
    async with asking_store() as ask:
        answer = await ask("search", text="timeout", **WINDOW)
        everywhere = await ask("search", text="timeout", **{**WINDOW, "namespace": "*"})
        by_namespace = await ask("histogram", by="namespace", **{**WINDOW, "namespace": "*"})
        exact = await ask("search", text="timeout", case_sensitive=True, order="oldest", **WINDOW)
    assert answer["summary"].startswith('Found 3 lines with "timeout" in 5 lines of 3 pods in namespace shop since')
    assert answer["data"] == [
        {"time": "2026-09-21T14:13:24Z", "pod": "web-1", "container": "app", "text": "timeout again"},
        {"time": "2026-09-21T14:13:22Z", "pod": "web-2", "container": "app", "text": "TIMEOUT in two"},
        {"time": "2026-09-21T14:13:21Z", "pod": "web-1", "container": "app", "text": "a Timeout here"},
    ]
    assert answer["untrusted"] is True
    assert everywhere["total"] == 4
    assert [row["pod"] for row in everywhere["data"]] == ["shop/web-1", "other/web-1", "shop/web-2", "shop/web-1"]
    assert {row["namespace"]: row["lines"] for row in by_namespace["data"]} == {"shop": 5, "other": 1}
    assert "4 pods in all namespaces" in everywhere["summary"]
    assert texts(exact) == ["timeout again"]


@pytest.mark.parametrize(
    "hostile", ['say "no"', "back\\slash \\n", "{a=~b} | c", "größe €", "100% $x^2 [a-z]*", "it's `quoted`", "a\tb"]
)
async def test_text_is_taken_literally(store: Filled, asking_store: Asking, hostile: str) -> None:
    store.push([Entry(0, f"x {hostile} y"), Entry(1, "x y"), Entry(2, hostile[:-1])])
    async with asking_store() as ask:
        for text, case_sensitive in ((hostile, True), (hostile.upper() if hostile.isascii() else hostile, False)):
            if "\\N" in text:
                continue  # upper case of what only looks like an escape
            answer = await ask("search", text=text, case_sensitive=case_sensitive, **WINDOW)
            assert len(answer["data"]) == 1, answer["text"]


async def test_an_empty_answer_advises_only_what_the_store_can_do(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(0, "x")])
    async with asking_store() as ask:
        answer = await ask("search", text="absent", **WINDOW)
    assert answer["hints"] == ["Look further back with since=24h."]


async def test_regular_expressions(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(index, f"took {index * 100} ms") for index in range(20)])
    async with asking_store() as ask:
        answer = await ask("search", text=r"took 1\d{3} ms$", regex=True, **WINDOW)
        broken = await ask("search", text="took (", regex=True, fails=True, **WINDOW)
    assert answer["total"] == 10
    assert "not a regular expression" in broken["text"]


async def test_lines_without_a_text(store: Filled, asking_store: Asking) -> None:
    store.push(
        [
            Entry(0, "GET /healthz ok"),
            Entry(1, "POST /checkout failed"),
            Entry(2, "POST /checkout ok", pod="web-2"),
            Entry(3, "get /HEALTHZ failed"),
            Entry(4, "GET /metrics failed", pod="web-3"),
        ]
    )
    async with asking_store() as ask:
        one = await ask("search", text="failed", exclude="healthz", **WINDOW)
        alone = await ask("search", exclude="ok", **WINDOW)
        several = await ask("search", exclude="healthz|metrics", regex=True, limit=1, **WINDOW)
        rest = await ask(
            "search", exclude="healthz|metrics", regex=True, limit=1, cursor=several["next_cursor"], **WINDOW
        )
        exact = await ask("search", exclude="healthz", case_sensitive=True, **WINDOW)
        counted = await ask("histogram", exclude="healthz", by="pod", **WINDOW)
    assert texts(one) == ["GET /metrics failed", "POST /checkout failed"]
    assert one["summary"].startswith('Found 2 lines with "failed", without "healthz" in 5 lines of 3 pods')
    assert texts(alone) == ["GET /metrics failed", "get /HEALTHZ failed", "POST /checkout failed"]
    assert texts(several) + texts(rest) == ["POST /checkout ok", "POST /checkout failed"]
    assert several["total"] == 2
    assert exact["total"] == 4
    assert {row["pod"]: row["lines"] for row in counted["data"]} == {"web-1": 1, "web-2": 1, "web-3": 1}


async def test_names_with_dots(store: Filled, asking_store: Asking) -> None:
    fields = {"http.status": "503", "http.route": "/pay"}
    store.push([Entry(0, "failed", fields=fields), Entry(1, "fine", fields={"http.status": "200"})])
    async with asking_store() as ask:
        for wanted in ("http.status=503", "http.status>=500", "http.route~pa", "http.status!=200"):
            answer = await ask("search", fields=wanted, **WINDOW)
            assert [text.split()[0] for text in texts(answer)] == ["failed"], wanted


async def test_fields_by_comparison(store: Filled, asking_store: Asking) -> None:
    store.push(
        [
            Entry(0, "beside", fields={"status": "503", "cause": "connection refused"}),
            Entry(1, "logfmt status=404 cause=timeout"),
            Entry(2, '{"status": 200, "took": "1.5s"}'),
            Entry(3, "prose about status 500"),
        ]
    )
    async with asking_store() as ask:
        answers = {
            wanted: await ask("search", fields=wanted, **WINDOW)
            for wanted in ("status>=404", "status<300,took>1s", "cause~REFUSED|time", "status!=404", "cause!~.")
        }
        bad = await ask("search", fields="status>=404", level="error", **WINDOW)
    assert [answer["total"] for answer in answers.values()] == [2, 1, 2, 3, 2]
    assert {wanted: {text.split()[0] for text in texts(answer)} for wanted, answer in answers.items()} == {
        "status>=404": {"beside", "logfmt"},
        "status<300,took>1s": {'{"status":'},
        "cause~REFUSED|time": {"beside", "logfmt"},
        "status!=404": {"beside", '{"status":', "prose"},
        "cause!~.": {'{"status":', "prose"},
    }
    assert bad["summary"].startswith("Found 0 lines at level error or worse where status>=404 in 4 lines of 1 pod")


async def test_what_is_kept_beside_a_text_is_shown_and_found_as_a_field(store: Filled, asking_store: Asking) -> None:
    refused = {"level": "error", "error": "dial tcp: connection refused", "status": "502"}
    store.push(
        [
            Entry(0, "request handled", fields={"status": "200"}),
            Entry(1, "request failed", fields=refused),
            Entry(2, "request failed", fields={**refused, "error": "deadline exceeded", "api_key": "hunter2"}),
        ]
    )
    async with asking_store() as ask:
        found = await ask("search", level="error", **WINDOW)
        nothing = await ask("search", text="refused", **WINDOW)
        of_words = await ask("search", text="connection refused", **WINDOW)
        as_advised = await ask("search", fields="error~refused", **WINDOW)
        last = await ask("tail", namespace="shop", since=WINDOW["since"], lines=1)
    told = 'request failed | level=error error="{}" status=502'
    assert texts(found) == [told.format("deadline exceeded"), told.format("dial tcp: connection refused")]
    assert nothing["hints"][0].startswith("The text of the lines does not contain it, but these fields do: error; ")
    assert "search fields=error~refused finds" in nothing["hints"][0]
    assert 'fields="error~connection refused" finds' in of_words["hints"][0]
    assert texts(as_advised) == [told.format("dial tcp: connection refused")]
    assert last["data"].endswith(told.format("deadline exceeded"))
    assert "hunter2" not in str((found, last))


async def test_levels_of_a_field_or_of_the_text(store: Filled, asking_store: Asking) -> None:
    store.push(
        [
            Entry(0, "by a field", fields={"level": "ERROR"}),
            Entry(1, "level=error by the text"),
            Entry(2, "no error at all", fields={"level": "info"}),
            Entry(3, "E0921 14:13:23.000000       1 klog.go:1] by klog"),
            Entry(4, "[WARN] not bad enough"),
            Entry(5, "by another name of a field", fields={"severity": "critical"}),
            Entry(6, "by OpenTelemetry's number", fields={"severity_number": "17"}),
            Entry(7, "not by a lower number", fields={"severity_number": "13"}),
        ]
    )
    async with asking_store() as ask:
        answer = await ask("search", level="error", **WINDOW)
    assert {text.split("by ")[1].split()[0] for text in texts(answer)} == {
        "a",
        "the",
        "klog",
        "another",
        "OpenTelemetry's",
    }
    assert answer["summary"].startswith("Found 5 lines at level error or worse in 8 lines of 1 pod")


async def test_levels_in_colours_numbers_and_letters(store: Filled, asking_store: Asking) -> None:
    bad = [
        "2026-01-02T03:04:05.678Z\t\x1b[31mERROR\x1b[0m\tserver/pay.go:10\tfailed",
        '{"level":50,"time":1531171074631,"msg":"db down"}',
        '{"severityText":"FATAL","body":"gone"}',
        "03:04:05 [E] lost",
        "E/Tag: lost",
        "npm ERR! code 1",
        "Error: lost",
        "fail: Shop.Orders[13] lost",
        "\x1b[41m\x1b[30mfail\x1b[39m\x1b[22m\x1b[49m: Shop.Orders[13] lost in colours",
    ]
    good = ['{"level":30,"msg":"x level=error"}', "[I] fine", "error: nil", '{"player":{"level":50}}']
    store.push([Entry(index, text) for index, text in enumerate(bad + good)])
    store.push([Entry(20, "kept as a number", fields={"level": "50"}), Entry(21, "x", fields={"level": "30"})])
    async with asking_store() as ask:
        answer = await ask("search", level="error", order="oldest", **WINDOW)
    assert texts(answer) == [re.sub(r"\x1b\[\d+m", "", text) for text in bad] + ["kept as a number | level=50"]


async def test_fields_of_the_store_or_of_the_text(store: Filled, asking_store: Asking) -> None:
    store.push(
        [
            Entry(0, "kept beside", fields={"status": "500"}),
            Entry(1, '{"status": 500, "msg": "in JSON"}'),
            Entry(2, "status=500 in logfmt"),
            Entry(3, "status 500 in prose"),
            Entry(4, "another", fields={"status": "404"}),
            Entry(5, "of this level", fields={"level": "error"}),
        ]
    )
    async with asking_store() as ask:
        answer = await ask("search", fields="status=500", **WINDOW)
        with_text = await ask("search", text="logfmt", fields="status=500", **WINDOW)
        by_level = await ask("search", fields="level=ERROR", **WINDOW)
        nonsense = await ask("search", fields="status", fails=True, **WINDOW)
    assert len(answer["data"]) == 3
    assert texts(with_text) == ["status=500 in logfmt"]
    assert texts(by_level) == ["of this level | level=error"]
    assert "status=500" in nonsense["text"]


@pytest.mark.parametrize("asked", [{"text": "error"}, {"level": "error"}], ids=str)
@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_pages_give_every_match_once(
    store: Filled, asking_store: Asking, order: str, asked: dict[str, str]
) -> None:
    entries = [Entry(index / 10, f"ERROR {index:03}", pod=f"web-{index % 3}") for index in range(40)]
    entries += [Entry(2.0, f"ERROR of one moment {index:02}", pod=f"web-{index % 2}") for index in range(23)]
    store.push([*entries, *(Entry(index, "fine") for index in range(30))])
    seen: list[str] = []
    cursor = ""
    async with asking_store() as ask:
        for _ in range(40):
            answer = await ask("search", **asked, limit=7, order=order, cursor=cursor, **WINDOW)
            assert answer["total"] == 63
            seen += texts(answer)
            cursor = answer.get("next_cursor", "")
            if not cursor:
                break
    assert len(seen) == 63
    assert sorted(seen) == sorted(entry.text for entry in entries)
    apart = [text for text in seen if "moment" not in text]
    assert apart == sorted(apart, reverse=order == "newest")


@pytest.mark.parametrize("order", ["newest", "oldest"])
async def test_levels_in_the_text_or_beside_it_come_in_one_order(
    store: Filled, asking_store: Asking, order: str
) -> None:
    store.push(
        Entry(index // 2, f"ERROR {index:03}")
        if index % 3
        else Entry(index // 2, f"{index:03}", fields={"level": "error"})
        for index in range(130)
    )
    store.push(Entry(index, f"fine {index}", fields={"level": "info"}) for index in range(50))
    seen: list[str] = []
    cursor = ""
    async with asking_store() as ask:
        while cursor or not seen:
            answer = await ask("search", level="error", limit=50, order=order, cursor=cursor, **WINDOW)
            assert answer["total"] == 130
            seen += [f"{row['time']} {re.findall(r'[0-9]{3}', row['text'])[0]}" for row in answer["data"]]
            cursor = answer.get("next_cursor", "")
    assert sorted(one[-3:] for one in seen) == [f"{index:03}" for index in range(130)]
    times = [one[:-4] for one in seen]
    assert times == sorted(times, reverse=order == "newest")


@pytest.mark.parametrize("name", ["offset", "trace.id", "5xx", "bytes"])
async def test_fields_whose_names_mean_something_to_a_query_language(
    store: Filled, asking_store: Asking, name: str
) -> None:
    store.push([Entry(0, f'{{"{name}": "a7"}}'), Entry(1, "neither"), Entry(2, "a7 alone")])
    async with asking_store() as ask:
        answer = await ask("search", fields=f"{name}=a7", **WINDOW)
    assert [text[:2] for text in texts(answer)] == ['{"']


async def test_context_is_of_the_same_container(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(index, text) for index, text in enumerate(["a", "b", "error 1", "c", "error 2", "d", "e"])])
    store.push([Entry(index + 0.5, "elsewhere", pod="web-2") for index in range(7)])
    async with asking_store() as ask:
        answer = await ask("search", text="error", context=1, **WINDOW)
        by_level = await ask("search", level="error", context=1, **WINDOW)
    assert [(row["match"], row["text"]) for row in answer["data"]] == [
        ("", "c"), ("»", "error 2"), ("", "d"), ("", "b"), ("»", "error 1"),
    ]  # fmt: skip
    assert by_level["data"] == []


async def test_an_entry_of_several_lines_is_lines(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(0, "Traceback:\n  File x\nValueError: bad\n"), Entry(1, "next")])
    async with asking_store() as ask:
        answer = await ask("search", text="valueerror", context=2, **WINDOW)
    assert texts(answer) == ["Traceback:", "  File x", "ValueError: bad", "next"]


async def test_pods_containers_and_labels(store: Filled, asking_store: Asking) -> None:
    store.push(
        [
            Entry(0, "error db-1", pod="db-1", app="db"),
            Entry(1, "error db-10", pod="db-10", app="db"),
            Entry(2, "error web", pod="web-7d9f-abcde"),
            Entry(3, "error proxy", pod="web-7d9f-abcde", container="proxy"),
        ]
    )
    async with asking_store() as ask:

        async def found(**arguments: str) -> set[str]:
            answer = await ask("search", text="error", **arguments, **WINDOW)
            return {text.removeprefix("error ") for text in texts(answer)}

        assert await found(pod="db-1") == {"db-1"}
        assert await found(pod="db") == {"db-1", "db-10"}
        assert await found(pod="*7d9f*", container="app") == {"web"}
        assert await found(labels="app=db") == {"db-1", "db-10"}
        assert await found(labels="app in (web,x),app!=db") == {"web", "proxy"}
        assert await found(labels="!app") == set()
        unknown = await ask("search", labels="ap=db", fails=True, **WINDOW)
        runs = await ask("search", previous=True, fails=True, **WINDOW)
        nobody = await ask("search", pod="web-7d9f-bcde", text="error", **WINDOW)
    assert "source=pods" in runs["text"]
    assert "have no label ap" in unknown["text"]
    assert "Did you mean app" in unknown["text"]
    assert "Did you mean" in nobody["text"]
    assert "web-7d9f-abcde" in nobody["text"]


async def test_the_window_is_exact(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(offset, f"at {offset}") for offset in (0, 0.999999, 1, 1.5, 1.999999, 2, 3)])
    window = {"namespace": "shop", "since": format_time(START + 1), "until": format_time(START + 2)}
    async with asking_store() as ask:
        answer = await ask("search", order="oldest", **window)
    assert texts(answer) == ["at 1", "at 1.5", "at 1.999999"]


async def test_histogram_counts_what_is_there(store: Filled, asking_store: Asking) -> None:
    choose = random.Random(7)
    entries = [
        Entry(
            choose.uniform(0, 3599),
            f"line {index}",
            pod=f"web-{choose.randrange(3)}",
            fields={"level": choose.choice(["info", "error"])},
        )
        for index in range(400)
    ]
    store.push(entries)
    async with asking_store() as ask:
        by_level = await ask("histogram", step="5m", points=True, **WINDOW)
        by_pod = await ask("histogram", by="pod", **WINDOW)
        together = await ask("histogram", by="", text="line 1", **WINDOW)
        scanned = await ask("histogram", by="pod", level="error", **WINDOW)
        secret = await ask("histogram", by="password", fails=True, **WINDOW)
    begun = START // 300 * 300
    expected = Counter((int((START + entry.offset) // 300 * 300), entry.fields["level"]) for entry in entries)
    found = {
        (begun + 300 * index, level): row[level]
        for index, row in enumerate(by_level["data"])
        for level in ("info", "error")
        if row[level]
    }
    assert found == dict(expected)
    assert {row["pod"]: row["lines"] for row in by_pod["data"]} == Counter(entry.pod for entry in entries)
    assert [row["lines"] for row in together["data"]] == [sum(entry.text.startswith("line 1") for entry in entries)]
    errors = Counter(entry.pod for entry in entries if entry.fields["level"] == "error")
    assert {row["pod"]: row["lines"] for row in scanned["data"]} == errors
    assert "secrets" in secret["text"]


async def test_fields_seen(store: Filled, asking_store: Asking) -> None:
    beside = {"zone": "a", "password": "hunter2"}
    methods = ["PUT", "GET", "GET", "GET"] * 2
    store.push(
        Entry(index, f'{{"method": "{method}", "id": {index}}}', fields=beside) for index, method in enumerate(methods)
    )
    async with asking_store() as ask:
        answer = await ask("fields", namespace="shop", since=format_time(START))
        values = await ask("fields", name="method", namespace="shop", since=format_time(START))
        unknown = await ask("fields", name="methd", namespace="shop", since=format_time(START), fails=True)
    rows = {row["field"]: row for row in answer["data"]}
    assert rows["method"] == {"field": "method", "lines": "100%", "values": "2", "top": "GET (6), PUT (2)"}
    assert rows["id"]["values"] == "8"
    assert rows["zone"]["top"] == "a (8)"
    assert "hunter2" not in answer["text"]
    assert values["data"][0] == {"value": "GET", "lines": 6, "share": "75.0%"}
    assert "Did you mean method" in unknown["text"]


async def test_fields_of_what_is_wanted(store: Filled, asking_store: Asking) -> None:
    fields = [{"path": f"/p{index % 3}", "took": f"{index + 1}ms", "level": "info"} for index in range(40)]
    store.push(Entry(index, "handled", fields=one) for index, one in enumerate(fields))
    store.push(Entry(50 + index, "failed", fields={"path": "/pay", "level": "error"}) for index in range(3))
    asked = {"namespace": "shop", "since": format_time(START)}
    async with asking_store() as ask:
        of_errors = await ask("fields", name="path", level="error", **asked)
        of_text = await ask("fields", text="failed", **asked)
        early = await ask("fields", name="took", until=format_time(START + 20), **asked)
        none = await ask("fields", name="took", text="absent", **asked)
    assert of_errors["data"] == [{"value": "/pay", "lines": 3, "share": "100.0%"}]
    assert of_errors["summary"] == "1 value of path in 3 lines at level error or worse of 1 pod in namespace shop."
    assert {row["field"]: row["top"] for row in of_text["data"]}["path"] == "/pay (3)"
    assert early["summary"].startswith("20 values of took in the newest 20 lines of 1 pod in namespace shop. ")
    assert early["summary"].endswith(" From 1ms to 20ms, median 10ms, 95th percentile 19ms.")
    assert none["summary"].startswith('No line with "absent" was written in ')


async def test_the_requests_of_an_access_log(store: Filled, asking_store: Asking) -> None:
    request = '10.0.0.1 - - [21/Sep/2026:14:00:00 +0000] "{} {} HTTP/1.1" {} 157 "-" "curl/8.0"'
    lines = [("GET", "/", 200)] * 6 + [("POST", "/pay?card=1", 502), ("POST", "/pay?card=2", 503), ("GET", "/x", 404)]
    store.push(Entry(index, request.format(*line), pod="ingress-1") for index, line in enumerate(lines))
    async with asking_store() as ask:
        bad = await ask("search", fields="status>=500,method=POST", **WINDOW)
        counted = await ask("histogram", by="status", **WINDOW)
        seen = await ask("fields", name="path", namespace="shop", since=WINDOW["since"])
    assert [text.split('"')[1] for text in texts(bad)] == ["POST /pay?card=2 HTTP/1.1", "POST /pay?card=1 HTTP/1.1"]
    assert {row["status"]: row["lines"] for row in counted["data"]} == {"200": 6, "502": 1, "503": 1, "404": 1}
    assert {row["value"]: row["lines"] for row in seen["data"]} == {"/": 6, "/pay": 2, "/x": 1}


async def test_tail_is_in_the_order_written(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(index, f"line {index}", pod=f"web-{index % 2}") for index in range(10)])
    async with asking_store() as ask:
        answer = await ask("tail", namespace="shop", lines=3, since=format_time(START))
    assert answer["data"].splitlines() == [
        "14:13:27 web-1/app line 7",
        "14:13:28 web-0/app line 8",
        "14:13:29 web-1/app line 9",
    ]


async def test_tail_of_what_is_wanted(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(index, f"line {index}", pod=f"web-{index % 2}") for index in range(60)])
    store.push([Entry(100 + index, "noise", fields={"level": "info"}) for index in range(60)])
    store.push([Entry(50.5, "bad", fields={"level": "error"})])
    since = {"namespace": "shop", "since": WINDOW["since"]}
    async with asking_store() as ask:
        wanted = await ask("tail", lines=3, text="line 5", exclude="line 58", **since)
        bad = await ask("tail", lines=3, level="error", **since)
    assert [line.split("app ")[1] for line in wanted["data"].splitlines()] == ["line 56", "line 57", "line 59"]
    assert bad["data"].endswith("bad | level=error")
    assert bad["total"] == 1


async def test_sources_says_how_far_back_it_goes(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(time.time() - 3600 - START, "the first")])
    async with asking_store() as ask:
        answer = await ask("sources")
    row = answer["data"][0]
    assert row["state"] == "answers"
    assert re.search(r"http://127\.0\.0\.1:\d+", row["detail"])
    assert row["back to"].endswith("(1h ago)")
    if row["source"] == "loki":
        assert re.match(r"Loki 3\.\d+\.\d+ at ", row["detail"])


async def test_an_empty_store(store: Filled, asking_store: Asking) -> None:
    async with asking_store() as ask:
        answer = await ask("search", text="x", since="1h", namespace="shop")
        named = await ask("search", pod="web", since="1h", fails=True)
    assert answer["data"] == []
    assert answer["summary"].endswith("has no logs for that time.")
    assert "use an earlier since" in named["text"]


async def test_every_tool_says_that_a_name_is_not_there(store: Filled, asking_store: Asking) -> None:
    now = time.time()
    store.push([Entry(now - START - 60, "ERROR gone", pod="web-1"), Entry(now - START - 60, "x", namespace="other")])
    async with asking_store() as ask:
        for tool, more in (
            *((tool, {}) for tool in ("search", "tail", "histogram", "fields", "errors", "compare", "incident")),
            ("histogram", {"level": "error"}),
            ("trace", {"id": "req-12"}),
            ("error", {"fingerprint": "0123456789"}),
        ):
            fails = tool == "error"
            namespace = await ask(tool, namespace="shp", fails=fails, **more)
            pod = await ask(tool, namespace="shop", pod="wbe-1", fails=fails, **more)
            assert "No lines from namespace shp. Did you mean shop?" in namespace["text"], tool
            assert "No lines from pod wbe-1. Did you mean web-1?" in pod["text"], tool
        quiet = await ask("tail", namespace="shop", pod="web-1", text="absent")
        counted = await ask("histogram", namespace="shop", text="absent")
    assert "No lines from" not in quiet["text"] + counted["text"]


async def test_everything_is_also_what_has_fewer_labels(store: Filled, asking_store: Asking) -> None:
    store.push([Entry(0, "error with all labels"), Entry(1, "error of a pod without app", app="")])
    async with asking_store() as ask:
        answer = await ask("search", text="error", **{**WINDOW, "namespace": "*"})
    assert len(answer["data"]) == 2, answer["text"]


async def test_more_pods_than_a_store_counts_at_once(store: Filled, asking_store: Asking) -> None:
    store.push(Entry(index, f"line {index}", pod=f"web-{index}", namespace=f"shop-{index % 2}") for index in range(600))
    async with asking_store() as ask:
        answer = await ask("search", text="line 7", **{**WINDOW, "namespace": "*"})
    assert answer["summary"].startswith('Found 11 lines with "line 7" in 600 lines of 600 pods in all namespaces')


@pytest.mark.parametrize("store", [LOKI], indirect=True)
async def test_loki_cannot_page_within_a_moment_and_that_is_said(store: Filled, asking_store: Asking) -> None:
    store.push(
        [
            *(Entry(1, f"error {index}") for index in range(LOKI_PAGE + 5)),
            Entry(0, "error before"),
            Entry(2, "error after"),
        ]
    )
    async with asking_store() as ask:
        answer = await ask("search", level="error", **WINDOW)
        errors = await ask("search", text="error", limit=3, **WINDOW)
    assert any(f"at most {LOKI_PAGE:,} with the same timestamp" in warning for warning in answer["warnings"])
    assert errors["total"] == LOKI_PAGE + 7
