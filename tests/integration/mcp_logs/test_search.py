"""`search` as people and models call it: over HTTP, on an apiserver whose logs do everything logs do."""

import asyncio
import os
import re
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp import Client

from ritsuko_mcp_logs.analysis.prometheus_alerts import AlertSettings
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.server import build
from ritsuko_mcp_logs.settings import ALL_SETTINGS
from ritsuko_mcp_logs.sources.podlogs.settings import PodLogsSettings
from ritsuko_mcp_logs.sources.podlogs.source import PodLogs
from ritsuko_mcp_logs.sources.registry import Sources
from ritsuko_mcp_logs.tools.search import SearchParameters, search
from tests.integration.mcp_logs.fake_apiserver import FakeApiserver
from tests.mcp_serving import serving

NOW = 1_790_000_000.0  # 2026-09-21T14:13:20Z
RUNNING = {"state": {"running": {}}}

Ask = Callable[..., Any]


def stamp(second: int, nano: int = 0) -> str:
    return f"2026-09-21T14:{second // 60:02}:{second % 60:02}.{nano:09}Z"


def log(*texts: str, start: int = 0) -> str:
    return "".join(f"{stamp(start + index)} {text}\n" for index, text in enumerate(texts))


@pytest.fixture
async def apiserver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeApiserver]:
    async with FakeApiserver().serve() as fake:
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
        yield fake


@asynccontextmanager
async def asking(**configuration: Any) -> AsyncIterator[Ask]:
    """A function that calls the tool over HTTP and gives its structured answer, with `text` in it as well."""
    async with serving(build(ALL_SETTINGS.model_validate(configuration))) as address:

        async def ask(text: str = "", *, fails: bool = False, **arguments: Any) -> dict[str, Any]:
            async with Client(f"{address}/mcp") as client:
                result = await client.call_tool("search", {"text": text, "since": "2026-01-01", **arguments})
            content = result.content[0]
            assert content.type == "text"
            assert result.is_error == fails, content.text
            assert result.structured_content is not None
            return {**result.structured_content, "text": content.text}

        yield ask


@pytest.fixture
async def ask(apiserver: FakeApiserver) -> AsyncIterator[Ask]:
    async with asking() as ask:
        yield ask


def texts(answer: dict[str, Any]) -> list[str]:
    return [row["text"] for row in answer["data"]]


async def test_lines_of_all_pods_are_found_newest_first_and_counted(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("start", "an Error here", "fine", "error again"))
    apiserver.add("web-2", log("ERROR in two", "fine", start=2))
    answer = await ask("error")
    assert answer["summary"] == (
        'Found 3 lines with "error" in 6 lines of 2 pods in namespace shop since 2026-01-01T00:00:00Z.'
    )
    assert answer["data"] == [
        {"time": "2026-09-21T14:00:03Z", "pod": "web-1", "container": "app", "text": "error again"},
        {"time": "2026-09-21T14:00:02Z", "pod": "web-2", "container": "app", "text": "ERROR in two"},
        {"time": "2026-09-21T14:00:01Z", "pod": "web-1", "container": "app", "text": "an Error here"},
    ]
    assert answer["untrusted"] is True
    assert answer["source"] == "pod logs of namespace shop"


async def test_oldest_first_when_asked(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("error 0", "error 1", "error 2"))
    assert texts(await ask("error", order="oldest", limit=2)) == ["error 0", "error 1"]
    assert texts(await ask("error", limit=2)) == ["error 2", "error 1"]


@pytest.mark.parametrize("order", ["newest", "oldest"])
@pytest.mark.parametrize("context", [0, 1])
async def test_pages_give_every_match_once(apiserver: FakeApiserver, ask: Ask, order: str, context: int) -> None:
    same_moment = "".join(f"{stamp(9, 7)} error same {index}\n" for index in range(5))
    apiserver.add("web-1", log(*(f"error a{index}" for index in range(7))) + same_moment)
    apiserver.add("web-2", same_moment + log(*(f"error b{index}" for index in range(7)), start=20))
    seen: list[str] = []
    cursor = ""
    for _ in range(20):
        answer = await ask("error", limit=3, order=order, cursor=cursor, context=context)
        seen += [f"{row['pod']} {row['text']}" for row in answer["data"]]
        cursor = answer.get("next_cursor", "")
        if not cursor:
            break
    assert len(set(seen)) == 24
    if not context:
        assert len(seen) == 24


async def test_pages_go_on_where_the_output_budget_cut(apiserver: FakeApiserver) -> None:
    apiserver.add("web-1", log(*(f"error {index:03} {'x' * 100}" for index in range(100))))
    seen: list[str] = []
    cursor = ""
    async with asking(mcp_output_budget=4000) as ask:
        for _ in range(40):
            answer = await ask("error", limit=100, cursor=cursor)
            seen += [line.split()[1] for line in texts(answer)]
            cursor = answer.get("next_cursor", "")
            if not cursor:
                break
            assert answer["truncated"] is True
    assert seen == [f"{index:03}" for index in reversed(range(100))]


async def test_a_cursor_of_another_question_is_refused(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("error 1", "error 2"))
    cursor = (await ask("error", limit=1))["next_cursor"]
    assert "a different call" in (await ask("other", fails=True, cursor=cursor))["text"]
    assert "the cursor is not valid" in (await ask("error", fails=True, cursor="e30"))["text"]


async def test_context_shows_neighbours_once_and_marks_matches(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("a", "b", "error 1", "c", "error 2", "d", "e"))
    answer = await ask("error", context=1)
    assert [(row["match"], row["text"]) for row in answer["data"]] == [
        ("", "c"),
        ("»", "error 2"),
        ("", "d"),
        ("", "b"),
        ("»", "error 1"),
    ]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        ({"text": "E.ror \\d+$", "regex": True}, ["Error 12"]),
        ({"text": "E.ror \\d+$", "regex": True, "case_sensitive": True}, ["Error 12"]),
        ({"text": "error", "case_sensitive": True}, ["no error found", '{"level":"error","msg":"json"}']),
        ({"text": "GRÖßE"}, ["Größe ja"]),
        (
            {"level": "error"},
            ['{"level":"error","msg":"json"}', "level=fatal msg=logfmt", "[ERROR] bracket", "E0921 klog"],
        ),
        ({"text": "klog", "level": "error"}, ["E0921 klog"]),
        ({"text": "^(a+)+$", "regex": True}, ["a" * 40]),
    ],
)
async def test_what_matches(apiserver: FakeApiserver, ask: Ask, arguments: dict[str, Any], found: list[str]) -> None:
    apiserver.add(
        "web-1",
        log(
            "Error 12",
            "no error found",
            "Größe ja",
            '{"level":"error","msg":"json"}',
            "level=fatal msg=logfmt",
            "[ERROR] bracket",
            "E0921 14:00:00.000000       1 klog",
            "I0921 14:00:00.000000       1 information",
            "a" * 40,
            "a" * 40 + "b",
        ),
    )
    shown = [
        text.replace(" 14:00:00.000000       1", "")
        for text in texts(await ask(**{"text": "", **arguments}, order="oldest"))
    ]
    assert shown == found


async def test_pods_and_containers_are_chosen(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("error one"), labels={"app": "web"})
    apiserver.add("web-10", log("error ten"), labels={"app": "web"})
    apiserver.add("db-0", log("error db"), containers={"app": RUNNING, "backup": RUNNING}, labels={"app": "db"})
    apiserver.logs["db-0/backup"] = log("error backup")
    apiserver.add("elsewhere-1", log("error elsewhere"), namespace="other")
    assert texts(await ask("error", pod="web-1")) == ["error one"]
    assert set(texts(await ask("error", pod="web"))) == {"error one", "error ten"}
    assert texts(await ask("error", pod="*-10")) == ["error ten"]
    assert set(texts(await ask("error", labels="app=web"))) == {"error one", "error ten"}
    assert texts(await ask("error", container="backup")) == ["error backup"]
    assert texts(await ask("error", namespace="other")) == ["error elsewhere"]


async def test_the_run_before_the_last_restart(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("now"), containers={"app": {**RUNNING, "restartCount": 1}})
    apiserver.add("web-2", log("now"))
    apiserver.logs["web-1/app/previous"] = log("panic: gone")
    answer = await ask(previous=True)
    assert texts(answer) == ["panic: gone"]
    assert answer["warnings"] == ["not read (no previous run): web-2/app"]


async def test_a_run_before_that_is_gone_is_none_that_never_was(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("now"), containers={"app": {**RUNNING, "restartCount": 1}})
    apiserver.logs["web-1/app/previous"] = "unable to retrieve container logs for containerd://abc"
    gone = await ask(previous=True)
    assert gone["warnings"] == ["not read (the node has deleted the container and its log): web-1/app"]
    assert gone.get("hints", []) == []
    apiserver.pods["shop"].clear()
    apiserver.add("web-2", log("now"))
    assert (await ask(previous=True))["hints"] == ["No container has restarted; omit previous."]


async def test_what_was_not_read_is_said(apiserver: FakeApiserver) -> None:
    waiting = {"state": {"waiting": {"reason": "ImagePullBackOff"}}}
    crashing = {
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
        "restartCount": 3,
        "lastState": {"terminated": {}},
    }
    apiserver.add("a-new", log("error a"), created="2026-11-24T02:00:00Z")
    apiserver.add("b-crash", log("error b"), containers={"app": crashing}, created="2026-11-24T01:30:00Z")
    apiserver.add("c-waits", containers={"app": waiting})
    apiserver.add("d-denied", (403, "forbidden"), created="2026-11-24T01:00:00Z")
    apiserver.add("e-lost", "unable to retrieve container logs for containerd://abc", created="2026-11-24T01:00:00Z")
    apiserver.add("f-old", log("error f"), created="2020-01-01T00:00:00Z")
    async with asking(logs_max_containers=4) as ask:
        answer = await ask("error")
    assert set(texts(answer)) == {"error a", "error b"}
    assert "2 pods" in answer["summary"]
    assert sorted(answer["warnings"]) == [
        "not read (not allowed to get pods/log): d-denied/app",
        "not read (not started: ImagePullBackOff): c-waits/app",
        "not read (over the limit of 4 containers): f-old/app",
        "not read (the node has deleted the container and its log): e-lost/app",
    ]


async def test_a_field_that_no_line_has_is_said(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("status=500 path=/a", '{"user":{"id":"7"}}'))
    (why, *_) = (await ask(fields="nosuch=1"))["hints"]
    assert why == "There is no field 'nosuch' in the newest 2 lines. There are: path, status, user.id."
    (why, *_) = (await ask(fields="status=500,usr.id=7"))["hints"]
    assert why == "There is no field 'usr.id' in the newest 2 lines. Did you mean user.id?"
    assert not any("no field" in hint for hint in (await ask(fields="status=404"))["hints"])


async def test_what_was_not_read_of_long_lines_is_said(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log(f"{'x.' * 500_000} at the end", f"at the beginning {'y.' * 500_000}", "short"))
    apiserver.add("web-2", log("at the end"))
    answer = await ask("at the end")
    warning = "not read (the part of a line beyond 256 KiB): 2 lines of web-1/app"
    assert texts(answer) == ["at the end"]
    assert answer["warnings"] == [warning]
    (shown,) = texts(await ask("at the beginning"))
    assert shown.endswith("… [998017 more bytes cut]")
    # Those outside of the time that was asked for are none of it.
    assert (await ask("at the end", since="2026-09-21T14:00:02Z"))["warnings"] == []


async def test_a_connection_cut_in_the_middle_keeps_what_was_read(apiserver: FakeApiserver, ask: Ask) -> None:
    async def cut(request: web.Request, _: web.StreamResponse) -> AsyncIterator[bytes]:
        yield log("error before the cut").encode()
        await asyncio.sleep(0.05)
        assert request.transport is not None
        request.transport.close()
        yield b"x"

    apiserver.add("web-1", cut)
    answer = await ask("error")
    assert texts(answer) == ["error before the cut"]
    assert "connection to the apiserver failed" in answer["warnings"][0]


async def test_out_of_time_the_answer_is_what_was_read(apiserver: FakeApiserver) -> None:
    async def stuck(request: web.Request, _: web.StreamResponse) -> AsyncIterator[bytes]:
        yield log("error one", "error two").encode()
        await asyncio.Event().wait()

    apiserver.add("web-1", stuck)
    apiserver.add("web-2", log("error three"))
    async with asking(mcp_deadline_seconds=4) as ask:
        answer = await ask("error")
    assert set(texts(answer)) == {"error one", "error two", "error three"}
    assert answer["warnings"] == ["not read (timed out after 2 lines): web-1/app"]


async def test_a_log_larger_than_the_limit_is_read_up_to_it(apiserver: FakeApiserver) -> None:
    apiserver.add("web-1", log(*["filler " + "x" * 1000] * 300))
    async with asking(logs_max_container_bytes=100_000) as ask:
        answer = await ask("filler", limit=1)
    assert "newer lines are missing" in answer["warnings"][0]


async def test_only_so_many_logs_are_read_at_once(apiserver: FakeApiserver) -> None:
    async def slow(request: web.Request, _: web.StreamResponse) -> AsyncIterator[bytes]:
        await asyncio.sleep(0.02)
        yield log("error").encode()

    for index in range(12):
        apiserver.add(f"web-{index:02}", slow)
    async with asking(logs_concurrency=3) as ask:
        answer = await ask("error")
    assert answer["total"] == 12
    assert apiserver.most_running == 3


async def test_a_huge_log_is_searched_in_little_memory(apiserver: FakeApiserver) -> None:
    block = log(*["an ordinary line of an ordinary program that says nothing of interest"] * 1000).encode()
    needle = f"{stamp(59)} the NEEDLE itself\n".encode()

    async def huge(request: web.Request, _: web.StreamResponse) -> AsyncIterator[bytes]:
        for index in range(300):
            yield block if index != 150 else block + needle
        yield b"2026-09-21T14:59:59Z " + b"y" * 30_000_000 + b"\n"

    apiserver.add("web-1", huge)
    cluster = Cluster(os.environ["KUBECONFIG"])
    await cluster.check()
    tracemalloc.start()
    try:
        answer = await search(
            SearchParameters(text="needle", namespace="shop", since="2026-01-01"),
            LogBackend(
                sources=Sources([PodLogs(cluster, PodLogsSettings(logs_max_container_bytes=2**30), seconds=22)]),
                cluster=cluster,
                alerts=AlertSettings(),
                reading_seconds=22,
                output_budget=16_000,
                clock=lambda: NOW + 3600,
            ),
        )
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        await cluster.aclose()
    assert answer.total == 1
    assert "300,002 lines" in answer.summary
    # The 30 MB line is the fake's own; beside it: its copy on the way out, a chunk, and what the transports hold.
    assert peak < 110_000_000


async def test_a_line_without_end_is_cut_and_the_search_goes_on(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", f"{stamp(0)} error {'x' * 1_000_000}\n{stamp(1)} error last, without a newline")
    answer = await ask("error")
    assert texts(answer)[0] == "error last, without a newline"
    assert len(texts(answer)[1]) < 2_500
    assert "more" in texts(answer)[1]


async def test_colours_and_control_characters_do_no_harm(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("\x1b[31merror\x1b[0m in red ``` \x07 @**all**", "error \ufffd"))
    found = await ask("in red")
    assert texts(found)[0].startswith("error in red ```")
    assert "\x1b" not in found["text"]
    assert "\x07" not in found["text"]
    assert "````" in found["text"]


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        ({"namespace": "shpo"}, "there is no namespace shpo", "shop"),
        ({"namespace": "../../secrets"}, "not a namespace's name", "a-z"),
        ({"pod": "wbe-1"}, "no pod in namespace shop is named 'wbe-1'", "web-1"),
        ({"container": "apq"}, "no container named 'apq'", "app"),
        ({"labels": "app==!x"}, "not a label selector", "app=web"),
        ({"text": "(", "regex": True}, "not a regular expression", "literal"),
        ({"level": "loud"}, "level", "search"),
        ({"since": "a while"}, "not a time", "-1h"),
        ({"limit": -1}, "limit", "search"),
        ({"text": "x" * 5000}, "text", "search"),
    ],
)
async def test_a_wrong_argument_is_named(
    apiserver: FakeApiserver, ask: Ask, arguments: dict[str, Any], message: str, hint: str
) -> None:
    apiserver.add("web-1", log("x"))
    answer = await ask(**{"text": "x", **arguments}, fails=True)
    assert message in answer["text"]
    assert hint in answer["text"]
    assert "unexpectedly" not in answer["text"]


async def test_an_empty_answer_says_why(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.pods["empty"] = []
    assert (await ask(namespace="empty"))["summary"] == "There are no pods in namespace empty."
    apiserver.add("quiet", "", namespace="still")
    assert "1 pod in namespace still wrote nothing" in (await ask(namespace="still"))["summary"]
    apiserver.add("web-1", log("one", "two"))
    none = await ask("err.*")
    assert none["summary"].startswith('Found 0 lines with "err.*" in 2 lines of 1 pod in namespace shop')
    assert "regex=true" in none["hints"][0]
    apiserver.add("new", namespace="fresh", containers={"app": {"state": {"waiting": {"reason": "ContainerCreating"}}}})
    fresh = await ask(namespace="fresh")
    assert fresh["summary"] == "Nothing was read from 1 pod in namespace fresh."
    assert "ContainerCreating" in fresh["warnings"][0]


async def test_missing_rights_are_explained(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", (403, "forbidden"))
    answer = await ask("x", fails=True)
    assert "not allowed to get pods/log in namespace shop" in answer["text"]
    apiserver.forbidden = "pods"
    answer = await ask("x", fails=True)
    assert "not allowed to list pods in namespace shop" in answer["text"]
    assert "rbac.scope" in answer["text"]


async def test_a_rotated_token_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "token"
    token.write_text("one")
    async with FakeApiserver(token="one").serve() as fake:
        fake.add("web-1", log("error"))
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path, token_file=token)))
        async with asking() as ask:
            assert (await ask("error"))["total"] == 1
            fake.token = "two"
            token.write_text("two")
            assert (await ask("error"))["total"] == 1
            fake.token = "three"
            assert "rejected our credentials" in (await ask("error", fails=True))["text"]


async def test_no_cluster_is_said_and_the_server_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))
    async with serving(build(ALL_SETTINGS())) as address, httpx2.AsyncClient(trust_env=False) as http:
        health = (await http.get(f"{address}/health")).json()
        async with Client(f"{address}/mcp") as client:
            result = await client.call_tool("search", {"text": "error"})
    assert health["alive"] is True
    assert health["backend"]["reachable"] is False
    assert result.is_error
    assert "KUBECONFIG" in str(result.content)


async def test_a_cluster_that_is_down_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", str(FakeApiserver(url="http://127.0.0.1:1").kubeconfig(tmp_path)))
    async with asking() as ask:
        assert "connection to the apiserver failed" in (await ask("x", fails=True))["text"]


async def test_only_get_is_ever_sent(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("error"))
    await ask("error")
    await ask("error", namespace="nope", fails=True)
    assert {request.method for request in apiserver.requests} == {"GET"}


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_both_protocol_versions_list_and_call(apiserver: FakeApiserver, mode: Literal["legacy"]) -> None:
    apiserver.add("web-1", log("error"))
    async with serving(build(ALL_SETTINGS())) as address:
        async with Client(f"{address}/mcp", mode=mode) as client:
            tool = next(tool for tool in (await client.list_tools()).tools if tool.name == "search")
            result = await client.call_tool("search", {"text": "error", "since": "2026-01-01"})
        call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "search", "arguments": {}}}
        headers = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-11-25"}
        async with httpx2.AsyncClient(trust_env=False) as http:
            raw = await http.post(f"{address}/mcp", json=call, headers=headers)
    assert tool.annotations is not None
    assert tool.annotations.read_only_hint is True
    assert list(tool.input_schema["properties"])[:3] == ["text", "namespace", "pod"]
    assert result.structured_content is not None
    assert result.structured_content["total"] == 1
    assert raw.status_code == 200
    assert "pod logs of namespace shop" in raw.text


SECRETS = st.sampled_from(
    [
        "password={}",
        "Authorization: Bearer {}",
        '{{"api_key": "{}"}}',
        "postgres://app:{}@db:5432/shop",
        "--token={}",
        "AWS_SECRET_ACCESS_KEY={}",
        "ghp_{}",
    ]
)
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


PLANTED = st.tuples(SECRETS, st.text(ALPHABET, min_size=36, max_size=36), st.text("abc xyz:,", max_size=20))


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(planted=st.lists(PLANTED, min_size=20, max_size=40))
def test_secrets_in_lines_do_not_come_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: list[tuple[str, str, str]]
) -> None:
    async def run() -> dict[str, Any]:
        async with FakeApiserver().serve() as fake:
            fake.add("web-1", log(*(f"needle {before} {form.format(secret)}" for form, secret, before in planted)))
            monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
            async with asking(mcp_output_budget=100_000) as ask:
                return await ask("needle", context=1)

    answer = asyncio.run(run())
    assert len(answer["data"]) == len(planted)
    assert [secret for _, secret, _ in planted if secret in str(answer)] == []
    assert any("redacted" in warning for warning in answer["warnings"])


def test_the_client_code_has_no_verb_that_writes() -> None:
    source = Path(str(__import__("ritsuko_mcp_logs").__file__)).parent
    code = "\n".join(path.read_text() for path in source.rglob("*.py"))
    assert not re.findall(r"[\"'](?:POST|PUT|PATCH|DELETE)[\"']", code)
