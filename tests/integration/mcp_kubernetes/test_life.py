"""Rights, tokens, outages, other clients: what surrounds the tools."""

import asyncio
import json
import signal
import socket
from pathlib import Path

import httpx2
import pytest

from ritsuko_common.service_account import ServiceAccount
from ritsuko_mcp_common import BackendUnreachable, ToolFailure
from ritsuko_mcp_common.kubernetes import Target
from ritsuko_mcp_kubernetes.api.client import KubernetesClient
from tests.cluster import ControlPlane, control_plane
from tests.integration.mcp_kubernetes.server import TOKEN, Server, running

pytestmark = [pytest.mark.controlplane, pytest.mark.asyncio(loop_scope="session")]


async def test_rights_in_one_namespace_are_enough_and_what_is_missing_is_named(
    shop: ControlPlane, tmp_path: Path
) -> None:
    kubeconfig = shop.kubeconfig_for_serviceaccount("shop", "narrow")
    async with running(kubeconfig, tmp_path / "log") as narrow:
        pods = await narrow.call("get", kind="pods", namespace="shop")
        described = await narrow.call("describe", kind="pod", name="cart-1", namespace="shop")
        absent = await narrow.call("get", kind="pod", name="cart1", namespace="shop")
        secrets = await narrow.call("get", kind="secrets", namespace="shop")
        everywhere = await narrow.call("get", kind="pods", all_namespaces=True)
    assert len(pods.structured_content["data"]) == 6
    assert "Container cart" in described.structured_content["data"]
    assert any("events could not be read" in warning for warning in described.structured_content["warnings"])
    assert "cart-1" in absent.content[0].text
    assert secrets.is_error
    for told in ("not allowed to list secrets in namespace shop", "system:serviceaccount:shop:narrow needs a Role"):
        assert told in secrets.content[0].text
    assert "in the whole cluster" in everywhere.content[0].text


async def test_a_client_that_is_not_ours_speaks_both_protocols(server: Server) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}", "Accept": "application/json, text/event-stream"}
    call = {"name": "get", "arguments": {"kind": "pods", "namespace": "shop"}}
    async with httpx2.AsyncClient(base_url=server.url, headers=headers, trust_env=False) as http:
        hello = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "0"}}
        initialized = await _rpc(http, "initialize", hello)
        assert initialized["result"]["protocolVersion"] == "2025-11-25"
        older = await _rpc(http, "tools/call", call, {"MCP-Protocol-Version": "2025-11-25"})
        meta = {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "0"},
            "io.modelcontextprotocol/clientCapabilities": {},
        }
        modern = {"MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "get"}
        newer = await _rpc(http, "tools/call", {**call, "_meta": meta}, modern)
    for answer in (older, newer):
        assert answer["result"]["isError"] is False
        assert "cart-1" in answer["result"]["content"][0]["text"]


async def _rpc(http: httpx2.AsyncClient, method: str, params: dict, headers: dict | None = None) -> dict:
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    response = await http.post("/mcp", json=body, headers=headers or {})
    assert response.status_code == 200, response.text
    if response.headers["content-type"].startswith("application/json"):
        return response.json()
    data = [line.removeprefix("data:") for line in response.text.splitlines() if line.startswith("data:")]
    return json.loads(data[-1])


async def test_only_loopback_reaches_the_tools_whatever_the_server_listens_on(
    shop: ControlPlane, tmp_path: Path
) -> None:
    outside = _an_address_of_this_machine()
    async with running(shop.kubeconfig, tmp_path / "log", MCP_HOST="0.0.0.0") as server:
        headers = {"Authorization": f"Bearer {TOKEN}", "Host": "localhost"}
        async with httpx2.AsyncClient(trust_env=False) as http:
            refused = await http.post(f"http://{outside}:{server.port}/mcp", json={}, headers=headers)
            health = await http.get(f"http://{outside}:{server.port}/health")
    assert refused.status_code == 403
    assert "over localhost" in refused.json()["error"]["message"]
    assert health.status_code == 200


def _an_address_of_this_machine() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses the address one would come from
        return probe.getsockname()[0]


async def test_a_stop_lets_the_server_end_by_itself(shop: ControlPlane, tmp_path: Path) -> None:
    async with running(shop.kubeconfig, tmp_path / "log") as server:
        await server.call("get", kind="pods", namespace="shop")
        server.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await server.process.wait()
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    calls = [line for line in lines if line.get("event") == "call"]
    assert [(call["tool"], call["outcome"]) for call in calls] == [("get", "ok")]
    assert not [line for line in lines if line["level"] == "ERROR"]


async def test_an_api_server_that_goes_away_and_comes_back(tmp_path: Path) -> None:
    with control_plane() as plane:
        async with running(plane.kubeconfig, tmp_path / "log") as server:
            assert (await server.health())["backend"]["reachable"] is True
            plane.kill_apiserver()
            down = await server.call("get", kind="pods")
            assert down.is_error
            assert "did not respond" in down.content[0].text
            plane.start_apiserver()
            up = await server.call("get", kind="namespaces")
            assert not up.is_error


async def test_a_rotated_token_is_read_again(plane: ControlPlane, tmp_path: Path) -> None:
    (tmp_path / "token").write_text("expired")
    (tmp_path / "ca.crt").write_text(plane.ca_file.read_text())
    account = ServiceAccount(plane.url, tmp_path)
    client = KubernetesClient(Target("in-cluster", "default", account), max_response_bytes=1_000_000)
    try:
        with pytest.raises(ToolFailure, match="credentials"):
            await client.get("/api/v1/namespaces")
        (tmp_path / "token").write_text(plane.token)
        assert (await client.get("/api/v1/namespaces"))["kind"] == "NamespaceList"
    finally:
        await client.aclose()


async def test_no_more_is_read_than_allowed(plane: ControlPlane) -> None:
    target = Target("test", "default", kubeconfig=str(plane.kubeconfig), context=_context(plane))
    client = KubernetesClient(target, max_response_bytes=2_000)
    try:
        with pytest.raises(ToolFailure, match="larger than 2,000 bytes"):
            await client.get("/apis/rbac.authorization.k8s.io/v1/clusterroles")
        assert (await client.check()).startswith("Kubernetes v")
    finally:
        await client.aclose()


async def test_a_cluster_that_is_not_there_is_unreachable(plane: ControlPlane, tmp_path: Path) -> None:
    gone = tmp_path / "kubeconfig"
    gone.write_text(plane.kubeconfig.read_text().replace(plane.url, "https://127.0.0.1:1"))
    client = KubernetesClient(
        Target("gone", "default", kubeconfig=str(gone), context=_context(plane)), max_response_bytes=1_000
    )
    with pytest.raises(BackendUnreachable, match="API server of gone did not respond"):
        await client.check()
    await client.aclose()


def _context(plane: ControlPlane) -> str:
    return plane.kubectl("config", "current-context").strip()
