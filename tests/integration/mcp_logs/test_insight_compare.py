"""`compare`: what changed, among noise that did not."""

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.mcp_logs.fake_apiserver import FakeApiserver
from tests.integration.mcp_logs.insight_world import PodsWorld, Written, asking_insight, line, spread
from tests.load.labelled_logs import Variables, record, records

HOUR = 3_600.0
DAY = 24 * HOUR


@pytest.fixture
async def pods(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PodsWorld]:
    async with FakeApiserver().serve() as fake:
        monkeypatch.setenv("KUBECONFIG", str(fake.kubeconfig(tmp_path)))
        yield PodsWorld(fake)


def some(label: str, count: int, *, since: float, until: float, seed: int = 0) -> list[Written]:
    """So many records of one template, at random moments between so many seconds ago."""
    chance = random.Random(label)
    times = [chance.uniform(until, since) for _ in range(count)]
    return [Written(ago, record(label, Variables(seed + index)).lines) for index, ago in enumerate(times)]


def noise(shift: float = 0.0) -> list[Written]:
    """An hour of everyday lines, each time others of the same sorts."""
    without = (
        "health check passed",
        "queue orders is full, dropping message {uuid}",
        "config reloaded, revision {hex}",
    )
    made = [
        one for one in records(900, seed=int(shift) + 1, errors=0.05) if one.label not in without and not one.is_error
    ]
    return spread(made, since=HOUR + shift, until=shift)


async def test_new_gone_rising_and_falling_are_found_and_noise_is_not(pods: PodsWorld) -> None:
    written = [
        *noise(),
        *noise(HOUR),
        *some("queue orders is full, dropping message {uuid}", 9, since=900, until=0),
        *some("checksum mismatch in block {number} of {path}: expected {hex}, found {hex}", 1, since=900, until=0),
        *some('could not parse "{user}" as a number', 1, since=7_000, until=5_000),
        *some("health check passed", 200, since=2 * HOUR, until=HOUR),
        *some("health check passed", 20, since=HOUR, until=0),
        *some("config reloaded, revision {hex}", 5, since=2 * HOUR, until=HOUR),
        *some("config reloaded, revision {hex}", 80, since=HOUR, until=0),
        *(line(2 * HOUR - 80 * index, "INFO warming up cache") for index in range(40)),
    ]
    pods.write("web-0", written)
    async with asking_insight({}) as ask:
        answer = await ask("compare")
        errors = await ask("compare", lines="errors")
    told = [(row["change"], row["message"], row["then"], row["now"]) for row in answer["data"]]
    assert told == [
        ("new", "queue orders is full, dropping message <*>", 0, 9),
        ("new", "checksum mismatch in block <*> of <*>: expected <*>, found <*>", 0, 1),
        ("rising", "config reloaded, revision <*>", 5, 80),
        ("gone", "warming up cache", 40, 0),
        ("gone", "could not parse <*> as a number", 1, 0),
        ("falling", "health check passed", 200, 20),
    ]
    assert answer["summary"].startswith("2 new, 1 rising, 2 gone, 1 falling; ")
    assert [row["message"] for row in errors["data"]] == [told[0][1], told[1][1], told[4][1]]
    assert [bool(row["fingerprint"]) for row in answer["data"]] == [True, True, False, False, True, False]


async def test_when_nothing_changed_it_says_so(pods: PodsWorld) -> None:
    pods.write("web-0", [*noise(), *noise(HOUR)])
    async with asking_insight({}) as ask:
        answer = await ask("compare")
    assert answer["data"] == []
    assert answer["summary"].startswith("Nothing changed: ")


async def test_the_same_hour_of_yesterday(pods: PodsWorld) -> None:
    pods.write(
        "web-0",
        [
            *noise(),
            *noise(DAY),
            *some("health check passed", 100, since=5 * HOUR, until=4 * HOUR),  # in neither window
            *some("queue orders is full, dropping message {uuid}", 20, since=HOUR, until=0),
        ],
    )
    async with asking_insight({}) as ask:
        answer = await ask("compare", before="1d")
        overlapping = await ask("compare", since="2h", before="1h", fails=True)
    assert [(row["change"], row["now"]) for row in answer["data"]] == [("new", 20)]
    assert "overlap" in overlapping["text"]


async def test_without_logs_of_then_new_is_put_in_doubt(pods: PodsWorld) -> None:
    pods.write("web-0", noise())
    async with asking_insight({}) as ask:
        answer = await ask("compare", before="7d")
    assert any("new messages may be older" in warning for warning in answer["warnings"])


async def test_a_message_of_several_levels_tells_most_of_them_and_how_many_are_errors(pods: PodsWorld) -> None:
    levels = ["error", "info", "info", "warn"] * 10
    said = [line(600 - 10 * index, f'{{"level":"{level}","msg":"handled"}}') for index, level in enumerate(levels)]
    pods.write("web-0", [*spread(records(20), since=2 * HOUR), *said])
    async with asking_insight({}) as ask:
        answer = await ask("compare")
    (level,) = (row["level"] for row in answer["data"] if row["message"] == "handled")
    assert level == "info; 10 of 40 are errors"
