"""`describe`, over HTTP, against a real API server."""

import pytest

from tests.integration.mcp_kubernetes.server import Server

pytestmark = [pytest.mark.controlplane, pytest.mark.asyncio(loop_scope="session")]


async def test_a_pod_is_described_without_its_secrets(server: Server) -> None:
    result = await server.call("describe", kind="pod", name="cart-1", namespace="shop")
    text = result.structured_content["data"]
    for told in (
        "Container cart",
        "registry.example.com/cart:1",
        "MODE=production",
        "memory=64Mi",
        "Status:",
        "Pending",
    ):
        assert told in text
    assert "planted-in-" not in result.model_dump_json()
    assert "DB_PASSWORD=[redacted-value]" in text


async def test_a_deployment_comes_with_its_conditions_and_events(server: Server) -> None:
    result = await server.call("describe", kind="deploy/web", namespace="shop")
    text = result.structured_content["data"]
    assert "MinimumReplicasUnavailable" in text
    assert "ScalingReplicaSet" in text
    assert "planted-in-" not in result.model_dump_json()


@pytest.mark.parametrize(
    "kind", ["secret/database", "configmap/settings", "namespace/shop", "crd/widgets.shop.example.com"]
)
async def test_any_kind_is_described_without_secrets(server: Server, kind: str) -> None:
    result = await server.call("describe", kind=kind, namespace="" if "/shop" in kind or "crd" in kind else "shop")
    assert not result.is_error
    assert f"Name: {'':6}" in result.structured_content["data"] or "Name:" in result.structured_content["data"]
    assert "planted-in-" not in result.model_dump_json()
    assert "cGxhbnRlZC1pbi" not in result.model_dump_json()


async def test_without_a_name_it_asks_for_one(server: Server) -> None:
    result = await server.call("describe", kind="pods")
    assert result.is_error
    assert "Give its name" in result.content[0].text


async def test_a_name_that_is_not_there_gets_the_nearest(server: Server) -> None:
    result = await server.call("describe", kind="pods", name="kart-1", namespace="shop")
    assert result.is_error
    assert "Did you mean cart-1?" in result.content[0].text
