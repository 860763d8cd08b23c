"""`performance` finds the same service behind whatever names its metrics have."""

from typing import Any

import pytest

from tests.integration.mcp_prometheus.analysis.conftest import Call, answer
from tests.integration.mcp_prometheus.analysis.planted import END
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
}
WITH_HISTOGRAM = {"client", "otel", "istio", "grpc"}


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
        assert "_bucket with this name" in found["duration"]["note"]
    raw: Any = planted.get("query", query=found["rate"]["query"], time=END)
    assert float(raw["result"][0]["value"][1]) == pytest.approx(10)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        (str(END - 10 * 86400), "No metric has a job or service in the hour before"),
        ("+2h", "is still to come"),
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


async def test_a_workload_is_told_by_its_containers_and_not_by_those_of_another_with_a_longer_name(call: Call) -> None:
    told = answer(await call("performance", name="web", namespace="kube", at=AT))
    found = signals(told)
    assert {signal: row["value"] for signal, row in found.items()} == {
        "rate, errors, duration": "absent",
        "cpu": "0.2 cores",
        "cpu of limit": "40 %",
        "memory": "1 GiB",
        "memory of limit": "50 %",
    }
    assert "Metrics of requests that are known here: OpenTelemetry HTTP" in told["hints"][0]


async def test_what_carries_no_name_of_the_service_is_absent_with_the_reason(call: Call) -> None:
    found = signals(answer(await call("performance", name="client", at=AT)))
    assert found["saturation"]["value"] == "absent"
    assert "neither cAdvisor" in found["saturation"]["note"]


async def test_a_name_in_two_namespaces_is_said_and_can_be_narrowed(call: Call) -> None:
    both = answer(await call("performance", name="twice", at=AT))
    assert "in 2 namespaces (here, there)" in both["warnings"][0]
    assert signals(both)["rate"]["value"] == "6/s"
    one = answer(await call("performance", name="twice", namespace="here", at=AT))
    assert one["warnings"] == []
    assert signals(one)["rate"]["value"] == "3/s"
    # Where nothing fails, that is no absence.
    assert signals(one)["errors"]["value"] == "0 %"


async def test_the_namespace_is_the_service_s_own_and_not_that_of_the_proxy(call: Call) -> None:
    own = answer(await call("performance", name="nginx", namespace="edge", at=AT))
    assert signals(own)["rate"]["value"] == "10/s"
    proxy = answer(await call("performance", name="nginx", namespace="ingress-nginx", at=AT))
    assert proxy["data"] == []


async def test_a_time_without_samples_is_no_rate_of_zero(call: Call) -> None:
    told = answer(await call("performance", name="client", at=str(END - 86400)))
    assert told["summary"].startswith("No metrics of client")


async def test_a_misspelt_name_has_its_nearest_named(call: Call) -> None:
    told = answer(await call("performance", name="clint", at=AT))
    assert told["hints"] == ["Did you mean client?"]


@pytest.mark.parametrize("name", ['x"} or up{job=~".*', ".*", "(", "\\"])
async def test_a_name_is_never_a_pattern(call: Call, name: str) -> None:
    told = answer(await call("performance", name=name, at=AT))
    assert told["data"] == []
