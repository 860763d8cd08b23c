"""A real apiserver refuses bad resources with the message that a person needs, and fills in the defaults."""

from typing import Any

import pytest
import yaml

from tests.cluster import ClusterError, ControlPlane

pytestmark = pytest.mark.controlplane

MINIMAL = {"zulip": {"credentialsSecret": {"name": "zulip"}}}


def manifest(kind: str, spec: Any, *, name: str = "sample") -> str:
    return yaml.safe_dump(
        {"apiVersion": "ritsuko.dev/v1alpha1", "kind": kind, "metadata": {"name": name}, "spec": spec}
    )


def bot(**spec: Any) -> str:
    return manifest("RitsukoBot", MINIMAL | spec)


def sidecar(**spec: Any) -> str:
    return manifest("McpSidecar", spec)


def answer(plane: ControlPlane, text: str) -> dict[str, Any]:
    """What the apiserver would store."""
    stored = plane.kubectl("create", "--dry-run=server", "-o", "yaml", "-f", "-", input=text)
    return yaml.safe_load(stored)


def refusal(plane: ControlPlane, text: str) -> str:
    with pytest.raises(ClusterError) as refused:
        plane.kubectl("create", "--dry-run=server", "-f", "-", input=text)
    return str(refused.value)


def test_a_bot_needs_only_its_secret_and_gets_the_defaults(plane: ControlPlane) -> None:
    spec = answer(plane, bot())["spec"]
    assert spec["replicas"] == 1
    assert spec["suspend"] is False
    assert spec["mcpSidecars"]["enabled"] is True
    assert spec["rbac"]["scope"] == "Namespace"


def test_a_sidecar_of_ours_needs_only_its_name(plane: ControlPlane) -> None:
    spec = answer(plane, sidecar(server="kubernetes", botRef={"name": "ops"}))["spec"]
    assert spec["tools"] == {"cacheSeconds": 0, "maxConcurrentCalls": 4, "timeoutSeconds": 30}
    assert spec["transport"] == "StreamableHTTP"


ACCEPTED = [
    bot(zulip={"site": "https://chat.example.com", "credentialsSecret": {"name": "zulip"}, "channels": ["ops"]}),
    bot(serviceAccount={"create": False, "name": "mine"}),
    bot(image={"repository": "registry.example.com/bot", "digest": "sha256:" + "0" * 64}),
    bot(env=[{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
    bot(resources={"limits": {"cpu": 1, "memory": "1Gi"}}),
    bot(volumes=[{"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}], volumeMounts=[{"name": "v", "mountPath": "/v"}]),
    bot(affinity={"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}),
    bot(tolerations=[{"key": "a", "operator": "Exists"}], nodeSelector={"disk": "ssd"}),
    sidecar(image="example.com/mcp:1", port=9000, path="/api/mcp", auth={"mode": "None"}, probe="None"),
    sidecar(image="example.com/mcp:1", port=9000, livenessProbe={"tcpSocket": {"port": "mcp-9000"}}),
    sidecar(server="logs", port=8084, tools={"allow": ["search"], "timeoutSeconds": 5}),
]

REFUSED = [
    (manifest("RitsukoBot", {}), "spec.zulip: Required value"),
    (manifest("RitsukoBot", None), "spec"),
    (manifest("RitsukoBot", "soon"), "spec"),
    (manifest("RitsukoBot", MINIMAL, name="9lives"), "starting with a letter"),
    (manifest("RitsukoBot", MINIMAL, name="a" * 53), "at most 52"),
    (manifest("RitsukoBot", MINIMAL, name="ops.bot"), "at most 52"),
    (bot(replicas="two"), "spec.replicas"),
    (bot(replicas=-1), "should be greater than or equal to 0"),
    (bot(replica=2), 'unknown field "spec.replica"'),
    (bot(mcpSidecars={"enable": False}), 'unknown field "spec.mcpSidecars.enable"'),
    (bot(zulip={"site": "chat.example.com", "credentialsSecret": {"name": "z"}}), "spec.zulip.site"),
    (bot(zulip={"credentialsSecret": "z"}), "spec.zulip.credentialsSecret"),
    (bot(logLevel="LOUD"), 'supported values: "DEBUG", "INFO", "WARNING", "ERROR"'),
    (bot(serviceAccount={"create": False}), "name the ServiceAccount to use in `name`"),
    (bot(image={"digest": "latest"}), "spec.image.digest"),
    (bot(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]), "Duplicate value"),
    (bot(env=[{"value": "1"}]), "name"),
    (bot(env={"A": "1"}), "spec.env"),
    (bot(resources={"limits": {"memory": "much"}}), "spec.resources.limits.memory"),
    (bot(rbac={"scope": "Everything"}), 'supported values: "None", "Namespace", "Cluster"'),
    (manifest("McpSidecar", {"server": "kubernetes"}, name="list"), "choose another name"),
    (manifest("McpSidecar", {"server": "kubernetes"}, name="a.b"), "at most 59"),
    (sidecar(), "name one of our servers in `server`, or give an `image`"),
    (sidecar(image="x"), "needs a `port`"),
    (sidecar(server="jira"), 'supported values: "kubernetes", "prometheus", "logs"'),
    (sidecar(server="logs", port=8080), "port 8080 is the bot's own"),
    (sidecar(server="logs", port=70000), "should be less than or equal to 65535"),
    (sidecar(server="logs", path="mcp"), "spec.path"),
    (sidecar(server="logs", portName="Not_A_Port"), "spec.portName"),
    (
        sidecar(server="logs", probe="None", livenessProbe={"tcpSocket": {"port": 1}}),
        "leave out either it or the probes",
    ),
    (sidecar(server="logs", tools={"timeoutSeconds": 0}), "should be greater than or equal to 1"),
    (sidecar(server="logs", tools={"allowed": ["search"]}), 'unknown field "spec.tools.allowed"'),
    (sidecar(server="logs", auth={"mode": "Basic"}), 'supported values: "Bearer", "None"'),
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_a_good_resource_is_accepted(plane: ControlPlane, text: str) -> None:
    answer(plane, text)


@pytest.mark.parametrize(("text", "says"), REFUSED)
def test_a_bad_resource_is_refused_with_the_reason(plane: ControlPlane, text: str, says: str) -> None:
    assert says in refusal(plane, text)


def test_broken_yaml_changes_nothing(plane: ControlPlane) -> None:
    assert "yaml" in refusal(plane, bot()[:-10] + "\n  - {").lower()


@pytest.mark.parametrize("kind", ["ritsukobots", "mcpsidecars", "rbot", "mcps"])
def test_kubectl_explains_and_lists_both_kinds(plane: ControlPlane, kind: str) -> None:
    assert "DESCRIPTION" in plane.kubectl("explain", f"{kind}.spec")
    plane.kubectl("get", kind)


def test_both_kinds_come_with_the_category(plane: ControlPlane) -> None:
    plane.kubectl("get", "ritsuko")
