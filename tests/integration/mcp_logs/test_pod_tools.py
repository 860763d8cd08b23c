"""`tail`, `histogram`, `fields` and `sources` on pod logs, and no tool that lets a secret out."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.integration.mcp_logs.conftest import Ask, asking
from tests.integration.mcp_logs.fake_apiserver import FakeApiserver

SINCE = "2026-01-01"


def stamp(second: int) -> str:
    return f"2026-09-21T14:{second // 60:02}:{second % 60:02}.000000000Z"


def log(*texts: str, start: int = 0, every: int = 1) -> str:
    return "".join(f"{stamp(start + every * index)} {text}\n" for index, text in enumerate(texts))


@pytest.fixture
async def apiserver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[FakeApiserver]:
    async with FakeApiserver().serve() as fake:
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
        yield fake


@pytest.fixture
async def ask(apiserver: FakeApiserver) -> AsyncIterator[Ask]:
    async with asking() as ask:
        yield ask


async def test_tail_merges_containers_in_the_order_of_time(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("one", "three", "five", every=2))
    apiserver.add("web-2", log("two", "four", start=1, every=2))
    answer = await ask("tail", lines=4, since=SINCE)
    assert answer["data"].splitlines() == [
        "14:00:01 web-2/app two",
        "14:00:02 web-1/app three",
        "14:00:03 web-2/app four",
        "14:00:04 web-1/app five",
    ]
    assert answer["summary"] == "The newest 4 lines of 2 pods in namespace shop."
    assert {request.query["tailLines"] for request in apiserver.requests if request.path.endswith("/log")} == {"4"}


async def test_tail_of_one_container_is_what_it_wrote(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("a", "  indented", "\x1b[31mred\x1b[0m"))
    assert (await ask("tail", pod="web-1", since=SINCE))["data"].splitlines() == [
        "14:00:00 a", "14:00:01   indented", "14:00:02 red",
    ]  # fmt: skip
    apiserver.add("quiet", "", namespace="still")
    assert "Nothing was written" in (await ask("tail", namespace="still"))["summary"]


async def test_tail_leaves_out_the_oldest_lines_to_fit(apiserver: FakeApiserver) -> None:
    apiserver.add("web-1", log(*(f"line {index} {'x' * 200}" for index in range(100))))
    async with asking(mcp_output_budget=4000) as ask:
        answer = await ask("tail", lines=100, since=SINCE)
    shown = answer["data"].splitlines()
    assert "line 99 " in shown[-1]
    assert 5 < len(shown) < 20
    assert answer["truncated"]
    assert any("older lines left out" in hint and "page through them with search" in hint for hint in answer["hints"])
    assert (answer["total"], answer["returned"]) == (100, len(shown))


async def test_tail_waits_for_new_lines_and_no_longer(apiserver: FakeApiserver, ask: Ask) -> None:
    streams: list[web.Request] = []

    async def endless(request: web.Request, _: web.StreamResponse) -> AsyncIterator[bytes]:
        assert request.query["follow"] == "true"
        streams.append(request)
        yield log("there already").encode()
        yield log("written just now", start=5).encode()
        await asyncio.Event().wait()

    apiserver.add("web-1", endless)
    answer = await ask("tail", follow=1, since=SINCE)
    assert [line[9:] for line in answer["data"].splitlines()] == ["there already", "written just now"]
    assert "warnings" not in answer or not answer["warnings"]
    assert "after waiting 1s for more" in answer["summary"]
    for _ in range(500):
        if (transport := streams[0].transport) is None or transport.is_closing():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the log is still being followed")


async def test_tail_of_what_is_wanted_looks_further_back_than_the_newest_lines(
    apiserver: FakeApiserver, ask: Ask
) -> None:
    apiserver.add("web-1", log("GET /pay 502", *["GET /healthz 200"] * 200, "GET /pay 200"))
    apiserver.add("web-2", log("ERROR GET /pay gone", start=1))
    wanted = await ask("tail", lines=2, text="/pay", exclude=" 200", since=SINCE)
    bad = await ask("tail", level="error", since=SINCE)
    none = await ask("tail", text="absent", since=SINCE)
    assert wanted["data"].splitlines() == ["14:00:00 web-1/app GET /pay 502", "14:00:01 web-2/app ERROR GET /pay gone"]
    assert wanted["summary"] == 'The newest 2 lines with "/pay", without " 200" of 2 pods in namespace shop.'
    assert bad["data"] == "14:00:01 ERROR GET /pay gone"
    assert none["summary"] == 'No line with "absent" was written in 2 pods in namespace shop since then.'


async def test_tail_of_what_is_wanted_waits_for_more_of_it(apiserver: FakeApiserver, ask: Ask) -> None:
    async def endless(request: web.Request, _: web.StreamResponse) -> AsyncIterator[bytes]:
        yield log("an old needle", "hay").encode()
        if request.query.get("follow"):
            moment = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            yield f"{moment} a new needle\n{moment} more hay\n".encode()
            await asyncio.Event().wait()

    apiserver.add("web-1", endless)
    answer = await ask("tail", text="needle", follow=1, since=SINCE)
    assert [line[9:] for line in answer["data"].splitlines()] == ["an old needle", "a new needle"]
    assert not answer.get("warnings")


async def test_histogram_by_level_and_step(apiserver: FakeApiserver, ask: Ask) -> None:
    lines = ["level=info a", "level=error b", "level=info c", "prose"] * 30
    apiserver.add("web-1", log(*lines))
    window = {"since": "2026-09-21T14:00:00Z", "until": "2026-09-21T14:02:00Z"}
    answer = await ask("histogram", step="1m", **window)
    assert [(row["level"], row["lines"]) for row in answer["data"]] == [("info", 60), ("(none)", 30), ("error", 30)]
    assert answer["data"][0]["course"] == "██"
    points = await ask("histogram", step="1m", points=True, level="error", **window)
    assert points["data"] == [
        {"time": "2026-09-21T14:00:00Z", "error": 15},
        {"time": "2026-09-21T14:01:00Z", "error": 15},
    ]
    together = await ask("histogram", by="", step="1m", **window)
    assert [(row["lines"], row["peak"]) for row in together["data"]] == [(120, "60 at 2026-09-21T14:00:00Z")]
    nothing = await ask("histogram", text="absent", **window)
    assert nothing["summary"].startswith('0 lines with "absent"')


async def test_histogram_by_a_field_that_no_line_has_says_so(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("status=500 a", "status=200 b", "prose"))
    by_none = await ask("histogram", by="statsu", since=SINCE)
    assert by_none["hints"] == ["There is no field 'statsu' in the newest 3 lines. Did you mean status?"]
    assert (await ask("histogram", by="status", since=SINCE))["hints"] == []


async def test_fields_of_json_and_logfmt(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log('{"user": {"id": 7}, "ok": true}', "status=200 path=/a", "status=500 path=/b", "prose"))
    answer = await ask("fields", since=SINCE)
    assert {row["field"]: (row["lines"], row["top"]) for row in answer["data"]} == {
        "status": ("50%", "200 (1), 500 (1)"),
        "path": ("50%", "/a (1), /b (1)"),
        "user.id": ("25%", "7 (1)"),
        "ok": ("25%", "true (1)"),
    }
    secret = await ask("fields", name="api_key", since=SINCE, fails=True)
    assert "secrets" in secret["text"]


async def test_fields_of_what_is_wanted_are_of_all_of_it(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("status=500 user=7 boom", *["status=200 user=8 fine"] * 1_500))
    answer = await ask("fields", name="user", text="boom", since=SINCE)
    assert answer["data"] == [{"value": "7", "lines": 1, "share": "100.0%"}]
    assert answer["summary"] == '1 value of user in 1 line with "boom" of 1 pod in namespace shop.'


async def test_all_namespaces_at_once_and_whose_a_line_is(apiserver: FakeApiserver, ask: Ask) -> None:
    apiserver.add("web-1", log("a needle here"))
    apiserver.add("mailer-1", log("another needle", "hay", start=5), namespace="mail")
    found = await ask("search", text="needle", namespace="*", since=SINCE)
    newest = await ask("tail", namespace="*", lines=1, since=SINCE)
    counted = await ask("histogram", namespace="*", by="namespace", since=SINCE)
    nobody = await ask("search", namespace="*", pod="absent", fails=True)
    assert [row["pod"] for row in found["data"]] == ["mail/mailer-1", "shop/web-1"]
    assert found["summary"].startswith('Found 2 lines with "needle" in 3 lines of 2 pods in all namespaces since ')
    assert newest["data"] == "14:00:06 mail/mailer-1/app hay"
    assert {row["namespace"]: row["lines"] for row in counted["data"]} == {"mail": 2, "shop": 1}
    assert "no pod in all namespaces is named 'absent'" in nobody["text"]
    apiserver.forbidden = "pods"
    refused = await ask("search", namespace="*", fails=True)
    assert "not allowed to list pods in all namespaces" in refused["text"]


async def test_the_pods_of_a_workload(apiserver: FakeApiserver, ask: Ask) -> None:
    for name in ("web-5d8f-abcde", "web-5d8f-fghij", "website-1", "web"):
        apiserver.add(name, log(f"of {name}"))
    found = await ask("tail", pod="deploy/web", since=SINCE)
    assert sorted(line.split("of ")[1] for line in found["data"].splitlines()) == ["web-5d8f-abcde", "web-5d8f-fghij"]
    alone = await ask("tail", pod="pod/web", since=SINCE)
    assert alone["data"] == "14:00:00 of web"
    missing = await ask("errors", pod="sts/db", fails=True)
    assert "no pod in namespace shop is named 'db-*'" in missing["text"]


async def test_sources_of_pods_alone(apiserver: FakeApiserver, ask: Ask) -> None:
    answer = await ask("sources")
    assert answer["data"] == [
        {
            "source": "pods",
            "state": "answers",
            "detail": "Kubernetes v1.34.4",
            "back to": "as long as the nodes keep them",
        }
    ]
    assert "VICTORIALOGS_URL" in answer["hints"][0]


FORMS = st.sampled_from(
    [
        "password={}",
        "Authorization: Bearer {}",
        '{{"api_key": "{}"}}',
        '{{"user": {{"password": "{}"}}}}',
        "postgres://app:{}@db:5432/shop",
        "--token={}",
        "AWS_SECRET_ACCESS_KEY={}",
        "ghp_{}",
        "url=https://user:{}@example.com/x status=200",
    ]
)
# an example takes seconds, and says all there is to say
_WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
ALPHABET = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
PLANTED = st.tuples(FORMS, st.text(ALPHABET, min_size=36, max_size=36), st.text("abc xyz:,", max_size=20))
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("search", {"text": "needle", "context": 1}),
    ("tail", {"lines": 100}),
    ("histogram", {"by": "url"}),
    ("histogram", {"by": "user"}),
    ("fields", {}),
    ("fields", {"name": "url"}),
]


@settings(
    max_examples=5,
    deadline=None,
    phases=_WITHOUT_SHRINKING,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(planted=st.lists(PLANTED, min_size=20, max_size=40))
def test_no_tool_lets_a_secret_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: list[tuple[str, str, str]]
) -> None:
    async def run() -> list[str]:
        always = ("url=https://user:{}@example.com/x", "aaaaBBBBccccDDDDeeeeFFFFgggg2345hhhh", "x ")
        lines = [f"needle {before} {form.format(secret)}" for form, secret, before in [always, *planted]]
        key = ["-----BEGIN PRIVATE KEY-----", *("MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQ" + "D" * 14,) * 3]
        async with FakeApiserver().serve() as fake:
            fake.add("web-1", log(*lines, *key))
            monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
            async with asking(mcp_output_budget=100_000) as ask:
                answers = [await ask(tool, since=SINCE, **arguments) for tool, arguments in CALLS]
                answers.append(await ask("search", since=SINCE, text="MIIE"))
        return [json.dumps(answer, ensure_ascii=False) for answer in answers]

    answers = asyncio.run(run())
    secrets = [secret for _, secret, _ in planted] + ["aaaaBBBBcccc", "MIIEvQIBADANBgkqhkiG9w0"]
    assert [(secret, answer) for answer in answers for secret in secrets if secret in answer] == []
