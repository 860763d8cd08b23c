"""`movers` ranks what was planted first, and says what it did not look at."""

import pytest

from tests.integration.mcp_prometheus.analysis.conftest import Call, answer
from tests.integration.mcp_prometheus.analysis.planted import CHANGE, END, WOBBLING

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="session")]

AROUND = {"at": str(CHANGE), "window": "30m"}


@pytest.mark.parametrize("scope", [{"namespace": "shop"}, {"job": "web"}, {"namespace": "shop", "job": "web"}])
async def test_the_planted_movers_come_first(call: Call, scope: dict[str, str]) -> None:
    told = answer(await call("movers", **scope, **AROUND))
    found = [(row["metric"], row["statistic"]) for row in told["data"]]
    assert found == [
        ("shop_failures_total", "rate"),
        ("shop_latency_seconds", "p90"),
        ("shop_queue_length", "level"),
    ]
    failures, latency, queue = told["data"]
    assert float(failures["before"].removesuffix("/s")) == pytest.approx(0.2, rel=0.05)
    assert float(failures["after"].removesuffix("/s")) == pytest.approx(4, rel=0.05)
    assert latency["change"] == "x 10.6"
    assert queue["change"].startswith("+8")
    assert float(failures["effect"]) > float(latency["effect"]) > float(queue["effect"])
    assert "new metrics: shop_build_info" in told["warnings"]


async def test_what_moved_a_few_minutes_before_the_moment_is_found_too(call: Call) -> None:
    """Who asks knows the moment of a change roughly."""
    told = answer(await call("movers", job="pool", at=str(CHANGE + 300), window="25m"))
    assert [(row["metric"], row["before"], row["after"]) for row in told["data"]] == [("pool_in_use", "12", "50")]


async def test_what_is_too_much_to_glance_at_is_looked_at_in_its_sum_and_not_called_still(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ritsuko_mcp_prometheus.analysis.changes.screening._MOST_SERIES", 0)
    told = answer(await call("movers", job="pool", at=str(CHANGE), window="25m"))
    assert [row["metric"] for row in told["data"]] == ["pool_in_use"]
    assert told["warnings"] == []


async def test_a_window_that_can_be_no_shorter_is_not_told_to_be(call: Call) -> None:
    told = answer(await call("movers", job="pool", at=str(END - 3 * 3600), window="5m"))
    assert "enough samples on both sides" in told["summary"]
    assert told["hints"] == ["Try again later: there are too few samples so far."]


async def test_what_is_not_looked_at_is_said(call: Call) -> None:
    told = answer(await call("movers", namespace="shop", **AROUND))
    assert "series of 100 metrics" in told["summary"]
    (left,) = [warning for warning in told["warnings"] if "not examined in detail" in warning]
    assert "shop_wobble_" in left
    # Of the others five change, and eight names are enough.
    assert f"and {WOBBLING + 5 - 100 - 8} more" in left


async def test_a_namespace_that_does_not_exist_has_its_nearest_named(call: Call) -> None:
    told = answer(await call("movers", namespace="shp", **AROUND))
    assert told["summary"].startswith('No metrics with {namespace="shp"}')
    assert told["hints"] == ["Did you mean shop?"]


@pytest.mark.parametrize(
    ("scope", "hint"),
    [
        ({"namespace": "shop", "job": "wbe"}, "Did you mean web"),
        ({"namespace": "shop", "job": "zzz"}, "No metric has job zzz. Existing: client"),
        ({"namespace": "kube", "job": "web"}, 'With {namespace="kube"}, job is one of: '),
    ],
)
async def test_of_a_namespace_and_a_job_the_one_that_is_wrong_is_told(
    call: Call, scope: dict[str, str], hint: str
) -> None:
    told = answer(await call("movers", **scope, **AROUND))
    assert told["data"] == []
    assert hint in " ".join(told["hints"])
    assert "shop?" not in " ".join(told["hints"])


async def test_a_window_longer_than_the_history_is_said_to_be(call: Call) -> None:
    told = answer(await call("movers", namespace="shop", at=str(CHANGE), window="30d"))
    assert "enough samples on both sides to be judged: there is no data at 2026-" in told["summary"]
    assert "Use a window shorter" in told["hints"][0]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({}, "namespace or job is required"),
        ({"namespace": "shop", "at": "now"}, "no data after"),
        ({"namespace": "shop", "window": "10s"}, "too short"),
    ],
)
async def test_a_question_that_cannot_be_answered_is_refused(call: Call, arguments: dict[str, str], said: str) -> None:
    assert said in answer(await call("movers", fails=True, **arguments))["summary"]


async def test_a_namespace_with_quotes_stays_a_name(call: Call) -> None:
    told = answer(await call("movers", namespace='x"} or {namespace="shop', **AROUND))
    assert told["data"] == []
