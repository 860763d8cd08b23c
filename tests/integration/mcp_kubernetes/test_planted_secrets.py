"""Secrets planted in objects on a real API server: no tool lets one out, whatever it is asked."""

import json
from typing import Any

import pytest

from tests.cluster import ControlPlane
from tests.integration.mcp_kubernetes.server import Server

pytestmark = [pytest.mark.controlplane, pytest.mark.asyncio(loop_scope="session")]

_KINDS = ("pods", "deployments", "replicasets", "configmaps", "secrets", "events", "services")
_EVENT = {
    "apiVersion": "v1",
    "kind": "Event",
    "metadata": {"name": "planted", "namespace": "shop"},
    "involvedObject": {"kind": "Pod", "name": "cart-1", "namespace": "shop"},
    "type": "Warning",
    "reason": "Failed",
    "message": "login failed: password=planted-in-an-event at postgres://cart:planted-in-an-event@db/cart",
    "lastTimestamp": "2099-01-01T00:00:00Z",
}
CALLS: list[tuple[str, dict[str, Any]]] = [
    *(("get", {"kind": kind, "output": output}) for kind in _KINDS for output in ("table", "wide", "yaml", "json")),
    ("get", {"kind": "secret", "name": "database", "output": "yaml"}),
    ("get", {"kind": "configmap", "name": "settings", "output": "json"}),
    ("describe", {"kind": "pod", "name": "cart-1"}),
    ("describe", {"kind": "secret", "name": "database"}),
    ("describe", {"kind": "configmap", "name": "settings"}),
    ("describe", {"kind": "deployment", "name": "web"}),
    ("diagnose", {"kind": "pod", "name": "cart-1"}),
    ("diagnose", {"kind": "deployment", "name": "web"}),
    ("problems", {}),
    ("events", {"about": "cart-1"}),
    ("rollout", {"kind": "deployment", "name": "web"}),
    ("relations", {"kind": "pod", "name": "cart-1"}),
]


@pytest.fixture(scope="module")
def planted(shop: ControlPlane) -> ControlPlane:
    shop.kubectl("apply", "-f", "-", input=json.dumps(_EVENT))
    shop.kubectl("set", "env", "deployment/web", "-n", "shop", "API_TOKEN=planted-in-a-second-template")
    return shop


@pytest.mark.parametrize(("tool", "arguments"), CALLS, ids=lambda part: str(part)[:60])
async def test_no_tool_lets_a_planted_secret_out(
    planted: ControlPlane, server: Server, tool: str, arguments: dict[str, Any]
) -> None:
    answer = await server.call(tool, namespace="shop", **arguments)
    assert not answer.is_error, answer.content[0].text
    for told in (answer.content[0].text, json.dumps(answer.structured_content)):
        assert "planted-in" not in told
        assert "cGxhbnRlZC" not in told, "its base64"


async def test_the_secrets_were_there_to_be_found(planted: ControlPlane) -> None:
    everything = planted.kubectl("get", "pods,deployments,configmaps,events", "-n", "shop", "-o", "yaml")
    for place in (
        "an-annotation",
        "an-argument",
        "env",
        "a-url",
        "a-template",
        "a-configmap",
        "an-event",
        "a-second-template",
    ):
        assert f"planted-in-{place}" in everything, place
