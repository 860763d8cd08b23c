"""`compare` finds what was planted, and not what is so every day."""

import statistics
from typing import Any

import pytest

from tests.integration.mcp_prometheus.analysis.conftest import Call, answer
from tests.integration.mcp_prometheus.analysis.planted import END
from tests.integration.mcp_prometheus.real_prometheus import Prometheus

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="session")]

HOUR = {"start": str(END - 3600), "end": str(END)}
VERDICTS = {
    "stepped": "higher",
    "planted": "higher",
    "new": "new",
    "gone": "gone",
    "shaky": "wider",
    "seasonal": "unchanged",
    "noisy": "unchanged",
    "spiky": "unchanged",
    "still": "unchanged",
    "brief": "too short",
}


@pytest.mark.parametrize("against", ["1d", "1w"])
async def test_the_planted_changes_are_found_and_the_daily_rise_is_not(call: Call, against: str) -> None:
    told = answer(await call("compare", query="load", against=against, **HOUR))
    verdicts = {row["kind"]: row["verdict"] for row in told["data"]}
    assert verdicts == VERDICTS
    assert told["summary"].startswith("5 of 10 series are notable (2 higher, ")
    # What is notable comes first.
    quiet = [row["verdict"] in ("unchanged", "too short") for row in told["data"]]
    assert quiet == sorted(quiet)
    changes = {row["kind"]: row["change"] for row in told["data"]}
    assert changes["stepped"] == "+60 %"
    assert 45 < float(changes["planted"].removeprefix("+").removesuffix(" %")) < 55


async def test_medians_are_those_of_the_raw_api(call: Call, planted: Prometheus) -> None:
    told = answer(await call("compare", query='load{kind="noisy"}', **HOUR))
    for column, shift in (("now", 0), ("then", 86400)):
        raw: Any = planted.get(
            "query_range", query='load{kind="noisy"}', start=END - 3600 - shift, end=END - shift, step=15
        )
        middle = statistics.median(float(value) for _, value in raw["result"][0]["values"])
        assert float(told["data"][0][column]) == pytest.approx(middle, rel=1e-5)


async def test_a_quiet_query_says_that_nothing_is_notable(call: Call) -> None:
    told = answer(await call("compare", query='load{kind=~"seasonal|still"}', **HOUR))
    assert told["summary"].startswith("Nothing notable in 2 series")


async def test_what_has_no_number_is_not_called_short(call: Call) -> None:
    told = answer(await call("compare", query='load{kind="still"} * 0 / 0', **HOUR))
    assert [row["verdict"] for row in told["data"]] == ["not finite"]
    assert "1 without a finite value at either time: NaN (such as 0/0) or infinite." in told["hints"]
    assert "third of the window" not in str(told)


async def test_missing_history_is_told_from_a_metric_that_is_new(call: Call) -> None:
    new = answer(await call("compare", query="young", **HOUR))
    assert new["data"][0]["verdict"] == "new"
    assert new["warnings"] == []
    missing = answer(await call("compare", query="young", against="3d", **HOUR))
    assert missing["data"][0]["verdict"] == "no history"
    assert missing["summary"].startswith("Nothing to compare 1 series with")
    assert "no history: there is no data at 2026-09-18T14:13:20Z" in missing["warnings"][0]


async def test_a_metric_that_does_not_exist_has_its_nearest_named(call: Call) -> None:
    told = answer(await call("compare", query="laod", **HOUR))
    assert "no metric named laod" in told["summary"]
    assert told["data"] == []


async def test_rows_beyond_the_limit_are_counted(call: Call) -> None:
    told = answer(await call("compare", query="load", limit=3, **HOUR))
    assert (told["returned"], told["total"], told["truncated"]) == (3, 10, True)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"against": "1d", "start": str(END - 2 * 86400), "end": str(END)}, "overlaps the same window"),
        ({"against": "yesterday"}, "not a duration"),
        ({"against": "0"}, "too short"),
        ({"start": "now", "end": "-1h"}, "not before the end"),
    ],
)
async def test_times_that_cannot_be_compared_are_refused(call: Call, arguments: dict[str, str], said: str) -> None:
    result = await call("compare", fails=True, query="load", **arguments)
    assert said in answer(result)["summary"]
