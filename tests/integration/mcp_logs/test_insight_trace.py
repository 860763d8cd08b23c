"""`trace`: a request that crosses five pods, whose clocks are two seconds apart."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.mcp_logs.conftest import LOKI, OPENSEARCH, filled
from tests.integration.mcp_logs.fake_apiserver import FakeApiserver
from tests.integration.mcp_logs.insight_world import (
    PodsWorld,
    StoreWorld,
    World,
    Written,
    asking_insight,
    line,
    nowhere,
    spread,
)
from tests.integration.mcp_logs.stores import Entry, Filled
from tests.load.labelled_logs import records

ID = "req-5f0c3a77"
GATEWAY, AUTH, ORDERS, PAYMENTS, LEDGER = (
    "gateway-7d9f8b6c5-x2x9k",
    "auth-6c5d7f8b9-bcdfg",
    "orders-5b6c7d8f9-zxcvb",
    "payments-0",
    "ledger-1",
)
PODS = (GATEWAY, AUTH, ORDERS, PAYMENTS, LEDGER)
# The seconds after its beginning at which each line was truly written.
STORY = [
    (0.000, GATEWAY, f"INFO received POST /checkout {ID}"),
    (0.010, GATEWAY, f"INFO calling auth for {ID}"),
    (0.020, AUTH, f"INFO checking session of {ID}"),
    (0.050, AUTH, f"INFO session of {ID} is valid"),
    (0.060, GATEWAY, f"INFO auth answered 200 to {ID}"),
    (0.070, GATEWAY, f"INFO calling orders for {ID}"),
    (0.080, ORDERS, f"INFO placing order of {ID}"),
    (0.090, ORDERS, f"INFO POST http://payments:8080/charge {ID}"),
    (0.100, PAYMENTS, f"INFO charging for {ID}"),
    (0.110, PAYMENTS, f"INFO calling ledger for {ID}"),
    (0.120, LEDGER, f"INFO booking {ID}"),
    (1.320, LEDGER, f"INFO booked {ID}"),
    (1.330, PAYMENTS, f"INFO ledger answered {ID}"),
    (1.340, PAYMENTS, f"INFO charged {ID}"),
    (1.350, ORDERS, f"INFO payments returned 201 for {ID}"),
    (1.360, ORDERS, f"INFO order of {ID} placed"),
    (1.370, GATEWAY, f"INFO response from orders for {ID} in 1300ms"),
]
TEXTS = [text for _, _, text in STORY]
AGREEING: dict[str, float] = dict.fromkeys(PODS, 0.0)
APART = {**AGREEING, ORDERS: 2.0, LEDGER: -2.0}


@pytest.fixture(params=["pods", "victorialogs", LOKI, *OPENSEARCH])
async def world(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    if request.param == "pods":
        async with FakeApiserver().serve() as fake:
            monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
            yield PodsWorld(fake)
    else:
        monkeypatch.setenv("KUBECONFIG", nowhere(tmp_path))
        async with filled(request) as store:
            yield StoreWorld(store)


def happen(world: World, ahead: dict[str, float], story: list[tuple[float, str, str]] = STORY) -> None:
    """Write the story a minute ago, each pod by its own clock, among other lines."""
    chance = random.Random(1)
    for number, pod in enumerate(PODS):
        lines = [line(60 - after - ahead[pod], text) for after, writer, text in story if writer == pod]
        other = spread(records(50, seed=number), since=3_000, until=1)
        world.write(pod, [*lines, *(Written(one.ago + chance.random(), one.lines) for one in other)])


def texts(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [row["text"] for row in answer["data"]]


async def test_it_is_followed_through_all_pods_in_the_order_of_time(world: World) -> None:
    happen(world, AGREEING)
    async with asking_insight(world.settings) as ask:
        answer = await ask("trace", id=ID)
    assert texts(answer) == TEXTS
    assert [row["pod"] for row in answer["data"]] == [pod for _, pod, _ in STORY]
    assert answer["data"][2]["after"] == "+0.010s"
    assert f"17 lines with {ID} in 5 pods, 1.370 s from the first to the last" in answer["summary"]
    assert " → ".join(PODS) in answer["summary"]
    assert [warning for warning in answer["warnings"] if "clock" in warning] == []


async def test_the_gap_is_named(world: World) -> None:
    happen(world, AGREEING)
    async with asking_insight(world.settings) as ask:
        warnings = (await ask("trace", id=ID))["warnings"]
    assert warnings == [f"1.200 s without a line, from {LEDGER} “INFO booking {ID}” to {LEDGER} “INFO booked {ID}”"]


async def test_clocks_apart_are_named_and_nothing_is_reordered_silently(world: World) -> None:
    happen(world, APART)
    async with asking_insight(world.settings) as ask:
        written = await ask("trace", id=ID)
        caused = await ask("trace", id=ID, by="cause")
    by_clock = sorted(STORY, key=lambda step: step[0] + APART[step[1]])
    assert texts(written) == [text for _, _, text in by_clock]
    assert texts(caused) == TEXTS
    for answer, order in ((written, "written times"), (caused, "corrected")):
        told = [warning for warning in answer["warnings"] if "clock" in warning]
        assert len(told) == 2
        ahead = next(warning for warning in told if ORDERS in warning.partition(" is ")[0])
        behind = next(warning for warning in told if LEDGER in warning.partition(" is ")[0])
        assert "ahead of" in ahead
        assert "behind" in behind
        assert 1.95 < float(ahead.partition(" is ")[2].split()[0]) < 2.05
        assert 1.95 < float(behind.partition(" is ")[2].split()[0]) < 2.05
        assert any(order in warning for warning in answer["warnings"] if "in the order of" in warning)
        # The gap is measured by corrected times: apart clocks make no gaps.
        assert [warning.split()[0] for warning in answer["warnings"] if "without a line" in warning] == ["1.200"]
    assert "by=cause" in written["text"]


async def test_a_pod_that_is_mentioned_but_silent_is_named(world: World) -> None:
    happen(world, AGREEING, [step for step in STORY if step[1] != LEDGER])
    async with asking_insight(world.settings) as ask:
        warnings = (await ask("trace", id=ID))["warnings"]
    assert "mentioned, but no line has this id: ledger" in warnings


async def test_an_unknown_id_and_one_that_is_none(world: World) -> None:
    happen(world, AGREEING)
    async with asking_insight(world.settings) as ask:
        missing = await ask("trace", id="req-00000000")
        short = await ask("trace", id="7", fails=True)
    assert missing["data"] == []
    assert missing["summary"].startswith("No line with req-00000000 in ")
    assert "too short for an id" in short["text"]


HEX = "4bf92f3577b34da6a3ce929d0e0e4736"


async def test_a_longer_id_is_another_one(world: World) -> None:
    world.write(
        "web-1",
        [
            line(30, "req-12 accepted"),
            *(line(29 - index, f"req-12{index} accepted") for index in range(3)),
            line(20, f"trace={HEX} start"),
            line(19, f"trace={HEX}7 start"),
            line(18, f"{HEX.upper()} in another case"),
            line(17, f"{'x' * 3_000} req-12 at the end of a long line"),
        ],
    )
    async with asking_insight(world.settings) as ask:
        short = await ask("trace", id="req-12")
        by_hex = await ask("trace", id=HEX)
        in_capitals = await ask("trace", id=HEX.upper())
        beginning = await ask("trace", id="req-1")
        shouted = await ask("trace", id="REQ-12")
    assert texts(short)[0] == "req-12 accepted"
    assert short["total"] == 2
    assert texts(by_hex) == texts(in_capitals) == [f"trace={HEX} start", f"{HEX.upper()} in another case"]
    assert beginning["summary"].startswith("No line with req-1 in 8 lines of 1 pod")
    assert beginning["hints"][0] == (
        "5 lines have longer ids with this prefix, or this id in another case: req-12, req-120, req-121, req-122."
    )
    assert shouted["hints"][0].endswith("req-12, req-120, req-121, req-122.")


async def test_no_secret_is_shown_as_an_id(world: World) -> None:
    world.write("web-1", [line(30, "login with password=huntersecret failed")])
    async with asking_insight(world.settings) as ask:
        answer = await ask("trace", id="hunt")
    assert "huntersecret" not in str(answer)


@pytest.mark.parametrize("store", ["victorialogs", LOKI, *OPENSEARCH], indirect=True)
async def test_an_id_that_a_store_keeps_in_a_field_is_found(
    store: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", nowhere(tmp_path))
    store.push(
        [
            Entry(-60, "in a field", fields={"trace_id": ID}),
            Entry(-59, f"in the text {ID}", pod="web-2"),
            Entry(-58, f"in both {ID}", fields={"trace_id": ID}),
            Entry(-57, "elsewhere", fields={"trace_id": "another"}),
            Entry(-56, "as ECS has it", fields={"trace.id": ID}),
        ]
    )
    async with asking_insight(store.settings) as ask:
        answer = await ask("trace", id=ID)
        beginning = await ask("trace", id="anoth")
    assert "these fields do: trace_id; search fields=trace_id~anoth finds those lines" in beginning["hints"][0]
    # Loki keeps no dots.
    assert [text.replace("trace.id", "trace_id") for text in texts(answer)] == [
        f"in a field | trace_id={ID}",
        f"in the text {ID}",
        f"in both {ID}",
        f"as ECS has it | trace_id={ID}",
    ]
