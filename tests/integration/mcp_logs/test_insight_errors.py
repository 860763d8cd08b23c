"""`errors` and `error`: on logs of every source, whose errors are known."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from ritsuko_mcp_common.times import format_time
from tests.cluster.victorialogs import VictoriaLogs
from tests.integration.mcp_logs.conftest import _TENANTS, LOKI, OPENSEARCH, asking, filled
from tests.integration.mcp_logs.fake_apiserver import FakeApiserver
from tests.integration.mcp_logs.insight_world import (
    NOW,
    PodsWorld,
    StoreWorld,
    World,
    Written,
    asking_insight,
    line,
    log,
    nowhere,
    spread,
)
from tests.integration.mcp_logs.stores import Entry, Filled, FilledVictoriaLogs
from tests.load.labelled_logs import Record, Variables, record, records

HOUR = 3_600.0
PODS = ["web-7d9f8b6c5-x2x9k", "web-7d9f8b6c5-bcdfg", "mailer-0"]


@pytest.fixture
async def pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PodsWorld]:
    async with FakeApiserver().serve() as fake:
        fake.pods["shop"] = []
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
        yield PodsWorld(fake)


@pytest.fixture(params=["pods", "victorialogs", LOKI, *OPENSEARCH])
async def world(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    if request.param == "pods":
        async with FakeApiserver().serve() as fake:
            monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
            yield PodsWorld(fake)
        return
    monkeypatch.setenv("KUBECONFIG", nowhere(tmp_path))
    async with filled(request) as store:
        yield StoreWorld(store)


def noise(pod: str) -> list[Record]:
    """Two hours of a pod, with errors that are nothing new."""
    return records(400, seed=PODS.index(pod), errors=0.3)


async def test_the_new_error_comes_first_and_every_count_is_right(world: World) -> None:
    new = [record("trace: java", Variables(seed)) for seed in range(7)]
    truth: Counter[str] = Counter()
    before: Counter[str] = Counter()
    for pod in PODS:
        made = [one for one in noise(pod) if one.label != "trace: java"]
        written = spread(made, since=2 * HOUR)
        for one, at in zip(made, written, strict=True):
            if one.is_error:
                (truth if at.ago <= HOUR else before)[one.label] += 1
        if pod == "mailer-0":
            written += spread(new, since=600)
        world.write(pod, written)
    async with asking_insight(world.settings) as ask:
        answer = await ask("errors", limit=200)
    first, *others = answer["data"]
    assert first["change"] == "new"
    assert (first["count"], first["before"], first["pods"]) == (7, 0, "mailer-0")
    assert "java.lang.IllegalStateException: order <*> is in state OPEN" in first["error"]
    assert "HikariPool.getConnection" in first["error"]
    counts = sorted((row["count"], row["before"]) for row in others)
    assert counts == sorted((truth[label], before[label]) for label in truth)
    assert len({row["fingerprint"] for row in answer["data"]}) == len(answer["data"])
    assert answer["untrusted"] is True


async def test_fingerprints_do_not_depend_on_the_source_the_window_or_the_pods(
    pods: PodsWorld, real_victorialogs: Any
) -> None:
    store = StoreWorld(FilledVictoriaLogs(real_victorialogs, next(_TENANTS)))
    for pod in PODS:
        written = spread(noise(pod), since=HOUR)
        pods.write(pod, written)
        store.write(pod, written)
    async with asking_insight(pods.settings) as ask:
        whole = {row["fingerprint"]: row["error"] for row in (await ask("errors", limit=200))["data"]}
        part = {row["fingerprint"]: row["error"] for row in (await ask("errors", limit=200, since="20m"))["data"]}
        one_pod = {row["fingerprint"]: row["error"] for row in (await ask("errors", limit=200, pod="mailer"))["data"]}
    async with asking_insight(store.settings) as ask:
        stored = {row["fingerprint"]: row["error"] for row in (await ask("errors", limit=200))["data"]}
    assert stored == whole
    # A name in running text is the one thing that may not be known as variable in a small part.
    for some in (part, one_pod):
        assert {one: error for one, error in some.items() if one not in whole and "user " not in error} == {}
        assert len(some) > 5


async def test_rising_errors_come_before_steady_ones_and_falling_ones_are_marked(pods: PodsWorld) -> None:
    pods.write(
        "web-0",
        [
            *(line(7_200 - index * 60, "ERROR steady as ever") for index in range(120)),
            *(line(7_000 - index * 300, "ERROR more and more") for index in range(10)),
            *(line(3_000 - index * 30, "ERROR more and more") for index in range(90)),
            *(line(7_100 - index * 40, "ERROR less and less") for index in range(80)),
            line(600, "ERROR less and less"),
            line(5_000, "ERROR never again"),
        ],
    )
    async with asking_insight({}) as ask:
        answer = await ask("errors")
    told = [(row["error"], row["change"], row["count"], row["before"]) for row in answer["data"]]
    assert told == [
        ("more and more", "rising", 90, 10),
        ("steady as ever", "", 60, 60),
        ("less and less", "falling", 1, 80),
    ]
    assert answer["summary"].startswith("3 different errors (1 rising, 1 falling) in 151 records since ")


async def test_one_error_is_shown_with_its_trace_where_it_was_and_its_course(world: World) -> None:
    trace = ("ERROR cannot send", *record("trace: python", Variables(1)).lines)
    world.write("mailer-0", [Written(5_000, trace), Written(300, trace), line(200, "INFO fine")])
    world.write("mailer-1", [Written(4_000, trace)])
    async with asking_insight(world.settings) as ask:
        (row,) = (await ask("errors", since="3h"))["data"]
        answer = await ask("error", fingerprint=row["fingerprint"])
    text = answer["data"]
    assert answer["summary"].startswith("3 records of this error in ")
    assert "mailer-0/app 2, mailer-1/app 1" in text
    assert "first:               2026-09-21T12:50:00Z" in text
    assert "last:                2026-09-21T14:08:20Z" in text
    assert "2026-09-21T14:08:20Z mailer-0/app:\nERROR cannot send\nTraceback (most recent call last):\n  File" in text
    assert text.count("█") == 3


async def test_an_error_that_is_not_there_is_told_so(pods: PodsWorld) -> None:
    pods.write("web-0", [line(60, "ERROR broken pipe")])
    async with asking_insight({}) as ask:
        fingerprint = (await ask("errors"))["data"][0]["fingerprint"]
        other = fingerprint[:-1] + ("0" if fingerprint[-1] != "0" else "1")
        missing = await ask("error", fingerprint=other, fails=True)
        malformed = await ask("error", fingerprint="the first one", fails=True)
    assert "no error with the fingerprint" in missing["text"]
    assert f"Did you mean {fingerprint}?" in missing["text"]
    assert "not a fingerprint" in malformed["text"]


async def test_what_ended_a_container_is_in_the_run_before(pods: PodsWorld) -> None:
    restarted = {"app": {"state": {"running": {}}, "restartCount": 1, "lastState": {"terminated": {}}}}
    pods.fake.add("web-0", log([line(10, "INFO started again")]), containers=restarted)
    pods.fake.logs["web-0/app/previous"] = log([Written(20, record("trace: go", Variables(1)).lines)])
    pods.write("web-1", [line(10, "INFO fine")])
    async with asking_insight({}) as ask:
        answer = await ask("errors")
    assert [row["error"].partition(":")[0] for row in answer["data"]] == ["panic"]
    assert [warning for warning in answer.get("warnings", []) if "not read" in warning] == []


async def test_without_logs_of_the_time_before_new_is_put_in_doubt(pods: PodsWorld) -> None:
    pods.write("web-0", [line(600, "ERROR broken pipe")])
    async with asking_insight({}) as ask:
        answer = await ask("errors")
    assert answer["data"][0]["change"] == "new"
    assert any("new messages may be older" in warning for warning in answer["warnings"])


async def test_no_errors_no_pods_and_no_rights_are_told_apart(pods: PodsWorld) -> None:
    async with asking_insight({}) as ask:
        assert (await ask("errors"))["summary"] == "There are no pods in namespace shop."
        pods.write("web-0", [line(5_000, "ERROR before"), line(60, "INFO fine, error=none, no exception")])
        fine = await ask("errors")
        assert fine["summary"].startswith("No errors in 2 lines of 1 pod in namespace shop since ")
        assert "1 error of the 1h before did not recur" in fine["summary"]
        pods.fake.logs["web-0/app"] = (403, "pods/log is forbidden")
        assert "not allowed to get pods/log" in (await ask("errors", fails=True))["text"]


@pytest.mark.parametrize("store", ["victorialogs", LOKI, *OPENSEARCH], indirect=True)
async def test_errors_are_told_apart_by_the_cause_beside_their_text(
    store: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = "PaymentError: declined\n    at pay (/app/pay.js:3:9)\n    at run (/app/run.js:1:1)"
    declined = {"level": "error", "error.stack_trace": stack}
    refused = {"level": "error", "error.message": "connection refused"}
    store.push(Entry(-60 - index, "request failed", fields=refused) for index in range(5))
    store.push(Entry(-30 - index, "request failed", fields=declined) for index in range(3))
    async with FakeApiserver().serve() as fake:
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
        nested = '{"level":"error","msg":"request failed","error":{"message":"connection refused"}}'
        PodsWorld(fake).write("web-1", [line(60, nested)])
        async with asking_insight(store.settings) as ask:
            answer = await ask("errors")
            declined_one = await ask("error", fingerprint=answer["data"][1]["fingerprint"])
            of_pods = await ask("errors", source="pods")
    assert [(row["count"], row["error"]) for row in answer["data"]] == [
        (5, "request failed error=connection refused"),
        (3, "request failed error=PaymentError: declined     at pay (/app/pay.js:<*>)"),
    ]
    assert "in 8 records" in answer["summary"]
    assert "read 8 lines of 1 pod" in answer["summary"]
    assert "at run (/app/run.js:1:1)" in declined_one["text"]
    assert of_pods["data"][0]["fingerprint"] == answer["data"][0]["fingerprint"]


async def test_a_window_that_is_over_is_looked_at_by_itself(world: World) -> None:
    world.write(
        "web-1",
        [
            *(line(HOUR * 9 + ago, "ERROR disk full") for ago in range(600, 3_600, 600)),
            *(line(HOUR * 8 + ago, "ERROR disk full") for ago in (600, 1_200)),
            *(line(HOUR * 8 + ago, "ERROR no route to host") for ago in (900, 1_800)),
            line(300, "ERROR out of paper"),
        ],
    )
    window = {"since": "9h", "until": "8h"}
    async with asking_insight(world.settings) as ask:
        answer = await ask("errors", **window)
        as_advised = await ask("error", fingerprint=answer["data"][0]["fingerprint"], since="9h")
        compared = await ask("compare", **window)
    assert [(row["change"], row["error"], row["count"], row["before"]) for row in answer["data"]] == [
        ("new", "no route to host", 2, 0),
        ("", "disk full", 2, 5),
    ]
    assert "since 2026-09-21T05:13:20Z until 2026-09-21T06:13:20Z; " in answer["summary"]
    assert answer["time_range"] == {"start": "2026-09-21T05:13:20Z", "end": "2026-09-21T06:13:20Z"}
    assert answer["hints"][0].startswith(f"error {answer['data'][0]['fingerprint']} namespace=shop since=9h shows")
    assert as_advised["summary"].startswith("2 records of this error in ")
    assert [(row["change"], row["message"]) for row in compared["data"]] == [("new", "no route to host")]
    assert compared["time_range"] == answer["time_range"]


async def test_all_that_is_said_by_template(pods: PodsWorld) -> None:
    pods.write("web-0", [line(10 + index, f"INFO served {index} in {index} ms") for index in range(40)])
    pods.write("web-1", [line(20, "WARN slow"), line(15, "ERROR broken pipe"), line(5_000, "ERROR of before")])
    async with asking_insight({}) as ask:
        answer = await ask("errors", lines="all")
    assert [(row["level"], row["count"], row["message"]) for row in answer["data"]] == [
        ("info", 40, "served <*> in <*> ms"),
        ("error", 1, "broken pipe"),
        ("warn", 1, "slow"),
    ]
    assert [bool(row["fingerprint"]) for row in answer["data"]] == [False, True, False]
    assert answer["summary"].startswith("3 different messages (3 new) in 42 records since ")
    assert answer["hints"][0].startswith(f"error {answer['data'][1]['fingerprint']} ")


async def test_what_was_not_read_is_told(pods: PodsWorld) -> None:
    pods.write("web-0", [line(60, "ERROR broken pipe")])
    pods.fake.add("web-1", (500, "the node is gone"))
    async with asking_insight({}) as ask:
        answer = await ask("errors")
    assert any("the node is gone" in warning and "web-1/app" in warning for warning in answer["warnings"])


FORMS = [
    "password={}",
    "Authorization: Bearer {}",
    '{{"level":"error","msg":"denied","api_key":"{}"}}',
    '{{"level":"error","msg":"denied: token={}"}}',
    "postgres://app:{}@db:5432/shop",
    "--token={}",
    "AWS_SECRET_ACCESS_KEY={}",
    "ghp_{}",
    "secret: {} at 10.0.0.1",
]
SECRETS = st.sampled_from(FORMS)
LETTERS = "abcdefghijkmnpqrstuvwxyz"
VALUES = st.one_of(
    st.text(LETTERS + LETTERS.upper() + "23456789", min_size=36, max_size=36),
    st.text(LETTERS, min_size=24, max_size=30),
)


# One of each form and kind, whatever chance brings.
OF_EACH = [
    (form, value, "") for form in FORMS for value in ("q7Rk2ZtXv9LmBw4ScYd8HjNf3GpTaKe5UiQz", "kwopqmzlxnvbtrueyghf")
]
# Each example asks a server a dozen times: to find a smaller one would take minutes.
_WITHOUT_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)


@settings(
    max_examples=4,
    deadline=None,
    phases=_WITHOUT_SHRINKING,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(planted=st.lists(st.tuples(SECRETS, VALUES, st.text("abc xyz:,", max_size=20)), min_size=9, max_size=12))
@example(planted=OF_EACH)
def test_no_secret_comes_out_of_templates_examples_or_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, planted: list[tuple[str, str, str]]
) -> None:
    async def run() -> list[str]:
        async with FakeApiserver().serve() as fake:
            lines = [
                Written(
                    600 - index, [f"ERROR {word} {form.format(secret)}", "java.io.IOException: " + form.format(secret)]
                )
                for index, (form, secret, word) in enumerate(planted)
            ]
            form, secret, _ = planted[0]
            request = [f"INFO {'x' * width} req-4711 {form.format(secret)}" for width in (0, 20, 30)]
            lines += [line(10 * number, text) for number, text in enumerate(request)]
            fake.add("web-0", log(lines))
            monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
            async with asking_insight({}) as ask:
                errors = await ask("errors", limit=200)
                told = [await ask("error", fingerprint=row["fingerprint"]) for row in errors["data"]]
                others = [await ask("compare"), await ask("incident"), await ask("trace", id="req-4711")]
        return [str(answer) for answer in (errors, *told, *others)]

    answers = asyncio.run(run())
    assert len(answers) > 4
    # Not even a part: masking and cutting tear apart what redaction did not see.
    parts = {secret[place : place + 8] for _, secret, _ in planted for place in range(len(secret) - 7)}
    assert [part for part in parts for answer in answers if part in answer] == []


@settings(
    max_examples=4,
    deadline=None,
    phases=_WITHOUT_SHRINKING,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(planted=st.lists(st.tuples(SECRETS, VALUES, st.text("abc xyz:,", max_size=20)), min_size=5, max_size=9))
@example(planted=OF_EACH)
def test_no_secret_comes_out_of_what_a_store_keeps_beside_a_text(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    real_victorialogs: VictoriaLogs,
    planted: list[tuple[str, str, str]],
) -> None:
    async def run() -> list[str]:
        monkeypatch.setenv("KUBECONFIG", nowhere(tmp_path))
        store = FilledVictoriaLogs(real_victorialogs, next(_TENANTS))
        for index, (form, secret, words) in enumerate(planted):
            said = form.format(secret)
            # Where what is shown of a long value ends.
            long = words.ljust(295 - form.index("{}") - index % 3 * 10)
            cause = {
                "error": f"{words} {said}",
                "reason": f"{long}{said}",
                "stack_trace": f"Odd: {said}\n  at {said}\n  at b",
                "api_key": secret,
            }
            store.push([Entry(-60 - index, f"request failed, id req-{index}", fields={"level": "error", **cause})])
        async with asking_insight(store.settings) as ask:
            errors = await ask("errors", limit=200)
            told = [await ask("error", fingerprint=row["fingerprint"]) for row in errors["data"]]
            others = [await ask(tool) for tool in ("compare", "incident")]
            others.append(await ask("trace", id="req-0"))
        async with asking(mcp_output_budget=200_000, **store.settings) as ask:
            window = {"namespace": "shop", "since": format_time(NOW - HOUR)}
            others += [await ask("search", level="error", **window), await ask("tail", **window)]
            others += [await ask("fields", **window), await ask("fields", name="error", **window)]
            others += [await ask("histogram", by="error", **window)]
        return [str(answer) for answer in (errors, *told, *others)]

    answers = asyncio.run(run())
    assert len(answers) > 9
    parts = {secret[place : place + 8] for _, secret, _ in planted for place in range(len(secret) - 7)}
    assert [(part, answer) for part in parts for answer in answers if part in answer] == []
