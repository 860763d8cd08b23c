"""`performance` finds the same service behind whatever names its metrics have."""

from datetime import datetime
from typing import Any

import pytest

from tests.integration.mcp_prometheus.analysis.conftest import Call, answer
from tests.integration.mcp_prometheus.analysis.planted import END, SLUGGISH
from tests.integration.mcp_prometheus.real_prometheus import Prometheus

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="session")]

AT = str(END)
SERVICES = {
    "client": "Prometheus client",
    "otel": "OpenTelemetry HTTP",
    "istio": "Istio",
    "grpc": "gRPC server",
    "nginx": "ingress-nginx",
    "traefik": "Traefik",
    "envoy": "Envoy",
    "spans-1": "Tempo span metrics",
    "spans-1000": "OpenTelemetry span metrics",
}
WITH_HISTOGRAM = {"client", "otel", "istio", "grpc", "spans-1", "spans-1000"}


def signals(told: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {row["signal"]: row for row in told["data"]}


@pytest.mark.parametrize(("name", "convention"), SERVICES.items())
async def test_ten_requests_a_second_of_which_one_in_ten_fails(
    call: Call, planted: Prometheus, name: str, convention: str
) -> None:
    told = answer(await call("performance", name=name, at=AT))
    found = signals(told)
    assert convention in told["summary"]
    assert (found["rate"]["value"], found["rate"]["before"]) == ("10/s", "10/s")
    assert found["errors"]["value"] == "10 %"
    assert found["rate"]["found by"] == found["errors"]["found by"] == convention
    if name in WITH_HISTOGRAM:
        # In a bucket from 0.1 to 0.5 s, which is interpolated.
        values = [found[f"duration p{quantile}"]["value"] for quantile in (50, 95, 99)]
        assert values == ["300 ms", "480 ms", "496 ms"]
    else:
        assert found["duration"]["value"] == "absent"
        assert "not found: " in found["duration"]["note"]
    raw: Any = planted.get("query", query=found["rate"]["query"], time=END)
    assert float(raw["result"][0]["value"][1]) == pytest.approx(10)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (str(END - 10 * 86400), "No metric has a job or service in the hour before"),
        ("+2h", "is in the future"),
    ],
)
async def test_a_time_without_anything_is_told_to_be_one(call: Call, at: str, said: str) -> None:
    told = answer(await call("performance", name="client", at=at))
    assert told["data"] == []
    assert said in told["summary"] + " ".join(told["hints"])


async def test_metrics_with_a_prefix_are_found_and_those_of_two_prefixes_are_not_added_up(call: Call) -> None:
    told = answer(await call("performance", name="prefixed", at=AT))
    rates = {row["found by"]: row["value"] for row in told["data"] if row["signal"] == "rate"}
    assert rates == {"Prometheus client (shopfront)": "10/s", "Prometheus client (shopadmin)": "2/s"}
    errors = {row["found by"]: row["value"] for row in told["data"] if row["signal"] == "errors"}
    assert errors == {"Prometheus client (shopfront)": "10 %", "Prometheus client (shopadmin)": "absent"}
    medians = [row["value"] for row in told["data"] if row["signal"] == "duration p50"]
    assert medians == ["300 ms", "300 ms"]


async def test_spring_tells_a_mean_and_a_maximum(call: Call) -> None:
    found = signals(answer(await call("performance", name="spring", at=AT)))
    told = {name: row["value"] for name, row in found.items()}
    assert told == {"rate": "10/s", "errors": "10 %", "duration mean": "300 ms", "duration max": "900 ms"}
    assert "no buckets" in found["duration mean"]["note"]


async def test_of_quantiles_that_are_made_already_the_worst_is_told_and_never_a_mean_of_them(call: Call) -> None:
    found = signals(answer(await call("performance", name="summaries", at=AT)))
    durations = {name: row["value"] for name, row in found.items() if name.startswith("duration")}
    assert durations == {"duration p50": "400 ms", "duration p99": "800 ms", "duration mean": "200 ms"}
    assert found["duration p99"]["query"].startswith("max(")
    assert "can't be aggregated" in found["duration p99"]["note"]


async def test_a_service_with_names_of_its_own_is_told_by_how_they_end(call: Call, planted: Prometheus) -> None:
    told = answer(await call("performance", name="worker", at=AT))
    rows = {(row["signal"], row["found by"]): row for row in told["data"]}
    assert {key: row["value"] for key, row in rows.items()} == {
        ("rate, errors, duration", ""): "absent",
        ("rate", "job_processing_seconds"): "2/s",
        ("duration p95", "job_processing_seconds"): "≥ 1 s",
        ("rate", "jobs_failed_total"): "0.5/s",
        ("rate", "jobs_done_total"): "2/s",
        ("level", "jobs_backlog"): "12",
        ("queue lag", "Kafka exporter"): "100",
    }
    assert told["hints"] == ["Other metrics: jobs_price_euros. Use describe to see what one is."]
    for row in told["data"][1:]:
        raw: Any = planted.get("query", query=row["query"], time=END)
        assert float(raw["result"][0]["value"][1]) == pytest.approx(float(row["value"].strip("≥ s/")))


async def test_a_quantile_beyond_the_last_bucket_is_told_to_be_at_least_that(call: Call) -> None:
    told = answer(await call("performance", name="worker", at=AT))
    (row,) = (row for row in told["data"] if row["signal"] == "duration p95")
    assert (row["value"], row["note"]) == ("≥ 1 s", "above the highest bucket bound")
    other = signals(answer(await call("performance", name="client", at=AT)))["duration p99"]
    assert (other["value"], other["note"]) == ("496 ms", "")


async def test_what_went_wrong_before_the_window_shows_against_the_day_before(call: Call) -> None:
    told = answer(await call("performance", name="sluggish", at=AT))
    assert told["summary"].endswith("Changed from a day ago: errors 1.1 % to 10 %; duration p50 50 ms to 300 ms.")
    found = signals(told)
    assert (found["errors"]["before"], found["errors"]["a day ago"]) == ("10 %", "1.1 %")
    assert (found["rate"]["change"], found["rate"]["a day ago"]) == ("none", "9.1/s")
    since, movers = told["hints"]
    began = since.removeprefix("Since about ").partition(",")[0]
    assert abs(datetime.fromisoformat(began).timestamp() - SLUGGISH) <= 300
    assert movers == f"To see what else changed then: movers namespace=stock at={began}."


async def test_what_is_as_before_is_said_to_be(call: Call) -> None:
    told = answer(await call("performance", name="otel", at=AT))
    assert told["summary"].endswith("Nothing rose or fell by 50% or more.")
    assert told["hints"] == []


async def test_a_service_that_is_no_longer_there_is_not_suggested_in_its_own_place(call: Call) -> None:
    told = answer(await call("performance", name="client", at=str(END + 1800), window="5m"))
    assert told["data"] == []
    assert told["hints"][0].startswith("There are series of client in the hour before: check with targets")


async def test_a_workload_is_told_by_its_containers_and_not_by_those_of_another_with_a_longer_name(call: Call) -> None:
    told = answer(await call("performance", name="web", namespace="kube", at=AT))
    found = signals(told)
    assert {name: row["value"] for name, row in found.items()} == {
        "rate, errors, duration": "absent",
        "cpu": "0.2 cores",
        "cpu of limit": "40 %",
        "memory": "1 GiB",
        "memory of limit": "50 %",
    }
    assert "Known request metrics: OpenTelemetry HTTP" in told["hints"][0]


async def test_what_carries_no_name_of_the_service_is_absent_with_the_reason(call: Call) -> None:
    found = signals(answer(await call("performance", name="client", at=AT)))
    assert found["saturation"]["value"] == "absent"
    assert "no cAdvisor" in found["saturation"]["note"]


async def test_a_name_in_two_namespaces_is_said_and_can_be_narrowed(call: Call) -> None:
    both = answer(await call("performance", name="twice", at=AT))
    assert "in 2 namespaces (here, there)" in both["warnings"][0]
    assert signals(both)["rate"]["value"] == "6/s"
    one = answer(await call("performance", name="twice", namespace="here", at=AT))
    assert one["warnings"] == []
    assert signals(one)["rate"]["value"] == "3/s"
    # Where nothing fails, that is no absence.
    assert signals(one)["errors"]["value"] == "0 %"


async def test_a_namespace_that_no_metric_says_is_told_to_choose_nothing(call: Call) -> None:
    """As when somebody types a window in its place."""
    told = answer(await call("performance", name="otel", namespace="5m", at=AT))
    assert told["summary"].startswith("otel in the 15m up to")
    assert told["warnings"] == ["these metrics have no namespace label, so namespace '5m' was ignored"]
    said = answer(await call("performance", name="twice", namespace="here", at=AT))
    assert said["summary"].startswith("twice in here in the 15m")


async def test_the_namespace_is_the_service_s_own_and_not_that_of_the_proxy(call: Call) -> None:
    own = answer(await call("performance", name="nginx", namespace="edge", at=AT))
    assert signals(own)["rate"]["value"] == "10/s"
    proxy = answer(await call("performance", name="nginx", namespace="ingress-nginx", at=AT))
    assert proxy["data"] == []


async def test_a_time_without_samples_is_no_rate_of_zero(call: Call) -> None:
    told = answer(await call("performance", name="client", at=str(END - 86400)))
    assert told["summary"].startswith("No metrics of client")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("clint", "client"),
        # A part of it, and a question with it.
        ("slugg", "sluggish"),
        ("sluggish is slow since 2pm", "sluggish"),
    ],
)
async def test_a_name_that_is_none_has_its_nearest_named(call: Call, name: str, near: str) -> None:
    told = answer(await call("performance", name=name, at=AT))
    assert told["hints"] == [f"Did you mean {near}?"]


@pytest.mark.parametrize("name", ['x"} or up{job=~".*', ".*", "(", "\\"])
async def test_a_name_is_never_a_pattern(call: Call, name: str) -> None:
    told = answer(await call("performance", name=name, at=AT))
    assert told["data"] == []
