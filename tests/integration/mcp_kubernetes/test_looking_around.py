"""events, nodes, top, relations, rollout, and logs as far as a control plane alone can tell."""

import datetime
import json
import re
from pathlib import Path

import pytest
import yaml

from tests.cluster import ControlPlane
from tests.integration.mcp_kubernetes.server import Server, running

pytestmark = [pytest.mark.controlplane, pytest.mark.asyncio(loop_scope="session")]

_NODE = """
apiVersion: v1
kind: Node
metadata: {name: shopkeeper-1, labels: {node-role.kubernetes.io/worker: ""}}
spec: {unschedulable: true, taints: [{key: dedicated, value: db, effect: NoExecute}]}
"""
_ON_THE_NODE = """
apiVersion: v1
kind: Pod
metadata: {name: seated, namespace: shop}
spec:
  nodeName: shopkeeper-1
  tolerations: [{operator: Exists}]
  initContainers:
    - {name: big, image: x, resources: {requests: {cpu: "1"}}}
    - {name: beside, image: x, restartPolicy: Always, resources: {requests: {memory: 512Mi}}}
  containers: [{name: app, image: x, resources: {requests: {cpu: 250m, memory: 512Mi}}}]
"""


def event(name: str, kind: str, of: str, reason: str, message: str, seconds: int, count: int = 1) -> dict:
    moment = (datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds)).isoformat(timespec="seconds")
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": name, "namespace": "shop"},
        "involvedObject": {"kind": kind, "name": of, "namespace": "shop"},
        "type": "Warning" if reason != "Pulled" else "Normal",
        "reason": reason,
        "message": message,
        "count": count,
        "lastTimestamp": moment.replace("+00:00", "Z"),
    }


async def test_events_tell_the_same_thing_once_and_leave_out_what_is_old(shop: ControlPlane, server: Server) -> None:
    told = [
        event("a", "Pod", "cart-1", "Unhealthy", "probe failed: token=sesame-1234567890", 30, count=7),
        event("b", "Pod", "cart-1", "Unhealthy", "probe failed: token=sesame-1234567890", 90, count=2),
        event("c", "Pod", "cart-1", "Pulled", "image is there", 60),
        event("d", "Pod", "cart-1", "Failed", "long ago", 7_000),
    ]
    shop.kubectl("apply", "-f", "-", input="\n---\n".join(map(json.dumps, told)))
    answer = (await server.call("events", about="pod/cart-1", namespace="shop")).structured_content
    assert [(row["REASON"], row["COUNT"]) for row in answer["data"]] == [("Unhealthy", 9), ("Pulled", 1)]
    assert "sesame" not in json.dumps(answer)
    warnings = (
        await server.call("events", about="cart-1", namespace="shop", type="Warning", since="3h")
    ).structured_content
    assert [row["REASON"] for row in warnings["data"]] == ["Unhealthy", "Failed"]
    nothing = (await server.call("events", about="cart-9", namespace="shop")).structured_content
    assert nothing["summary"].startswith("No events about cart-9")


@pytest.mark.parametrize("about", ["a,involvedObject.kind!=Secret", "x=y", "pod/a b", "pod/a\\", "a,b"])
async def test_a_selector_that_is_smuggled_in_as_a_name_is_a_name(server: Server, about: str) -> None:
    answer = await server.call("events", about=about, namespace="shop")
    assert not answer.is_error
    assert answer.structured_content["summary"].startswith(f"No events about {about} in namespace shop")
    absent = await server.call("get", kind="pod", name="x,metadata.name!=y", namespace="shop")
    assert absent.content[0].text.startswith("there is no pod 'x,metadata.name!=y' in namespace shop")
    assert "There is one of that name" not in absent.content[0].text


async def test_nodes_say_how_full_they_are(shop: ControlPlane, server: Server) -> None:
    shop.kubectl("apply", "-f", "-", input=_NODE)
    status = {"allocatable": {"cpu": "2", "memory": "4Gi", "pods": "110"}}
    status["conditions"] = [{"type": "Ready", "status": "Unknown", "message": "Kubelet stopped posting node status."}]
    shop.kubectl(
        "patch", "node", "shopkeeper-1", "--subresource=status", "--type=merge", "-p", json.dumps({"status": status})
    )
    shop.kubectl("apply", "-f", "-", input=_ON_THE_NODE)
    try:
        answer = (await server.call("nodes")).structured_content
        (row,) = [row for row in answer["data"] if row["NAME"] == "shopkeeper-1"]
        assert row["STATUS"] == "NotReady,SchedulingDisabled"
        assert (row["CPU REQUESTED"], row["MEMORY REQUESTED"], row["PODS"]) == ("50%", "25%", "1/110")
        assert row["ROLES"] == "worker"
        assert "dedicated:NoExecute" in row["TAINTS"]
        assert re.search(r"\d+ unhealthy", answer["summary"])
        found = (await server.call("problems", all_namespaces=True)).structured_content["data"]
        nodes = [row for row in found if row["OBJECT"].startswith("node/") and row["SEVERITY"] == "critical"]
        assert found[: len(nodes)] == nodes, "a node before what runs on it"
        assert ("node/shopkeeper-1", "NodeNotReady") in [(row["OBJECT"], row["PROBLEM"]) for row in nodes]
    finally:
        shop.kubectl("delete", "pod/seated", "-n", "shop", "--grace-period=0", "--force")
        shop.kubectl("delete", "node/shopkeeper-1")


async def test_top_explains_that_nobody_measures(server: Server) -> None:
    answer = await server.call("top", namespace="shop")
    assert answer.is_error
    assert "no metrics API" in answer.content[0].text
    assert "metrics-server" in answer.content[0].text


async def test_a_rollout_tells_what_each_revision_changed(shop: ControlPlane, server: Server) -> None:
    shop.kubectl("set", "image", "deployment/web", "web=registry.example.com/web:2", "-n", "shop")
    shop.kubectl("set", "env", "deployment/web", "MODE=fast", "-n", "shop")
    shop.kubectl(
        "wait",
        "-n",
        "shop",
        "deployment/web",
        "--for=jsonpath={.metadata.annotations.deployment\\.kubernetes\\.io/revision}=3",
        "--timeout=30s",
    )
    answer = (await server.call("rollout", kind="deployment", name="web", namespace="shop")).structured_content
    changed = {row["REVISION"]: row["CHANGED"] for row in answer["data"]}
    assert changed[2] == "spec.containers[web].image: registry.example.com/web:1 -> registry.example.com/web:2"
    assert "spec.containers[web].env[MODE].value: none -> fast" in changed[3]
    assert changed[1] == "oldest revision"
    assert "pods are new" in answer["summary"]
    odd = await server.call("rollout", kind="pod", name="cart-1", namespace="shop")
    assert odd.is_error
    assert "has no revisions" in odd.content[0].text


async def test_relations_go_up_down_and_around(shop: ControlPlane, server: Server) -> None:
    around = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  rules:
    - host: shop.example.com
      http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web, namespace: shop}
spec: {maxUnavailable: 1, selector: {matchLabels: {app: web}}}
"""
    shop.kubectl("apply", "-f", "-", input=around)
    answer = (await server.call("relations", kind="deployment", name="web", namespace="shop")).structured_content
    told = {(row["RELATION"], row["OBJECT"].split("-")[0]): row["DETAIL"] for row in answer["data"]}
    assert told[("reached by", "service/web")] == "80->8080"
    assert told[("reached by", "ingress/front")] == "shop.example.com/"
    assert ("protected by", "poddisruptionbudget/web") in told
    assert ("makes", "replicaset/web") in told
    assert ("makes", "pod/web") in told
    pod = shop.kubectl("get", "pods", "-n", "shop", "-l", "app=web", "-o", "jsonpath={.items[0].metadata.name}")
    up = (await server.call("relations", kind="pod", name=pod, namespace="shop")).structured_content["data"]
    assert [row["OBJECT"].split("-")[0] for row in up if row["RELATION"] == "belongs to"] == [
        "replicaset/web",
        "deployment/web",
    ]


async def test_several_clusters_are_an_enumeration_and_each_answers(
    shop: ControlPlane, plane: ControlPlane, tmp_path: Path
) -> None:
    both = yaml.safe_load(plane.kubeconfig.read_text())
    both["contexts"].append({"name": "copy", "context": {**both["contexts"][0]["context"], "namespace": "shop"}})
    (tmp_path / "kubeconfig").write_text(yaml.safe_dump(both))
    async with running(tmp_path / "kubeconfig", tmp_path / "log", KUBERNETES_CONTEXT="*") as server:
        async with server.client() as client:
            tools = (await client.list_tools()).tools
        names = {both["contexts"][0]["name"], "copy"}
        assert all(set(tool.input_schema["properties"]["context"]["enum"]) == names for tool in tools)
        pods = await server.call("get", kind="pods", context="copy")
        odd = await server.call("get", kind="pods", context="cpy")
    assert pods.structured_content["source"] == "kubernetes: copy"
    assert any(row["NAME"] == "cart-1" for row in pods.structured_content["data"])
    assert odd.is_error
    assert "copy" in odd.content[0].text
