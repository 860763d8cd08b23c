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
    bot(env=[{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}]),
    bot(resources={"limits": {"cpu": 1, "memory": "1Gi"}}),
    bot(volumes=[{"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}], volumeMounts=[{"name": "v", "mountPath": "/v"}]),
    bot(affinity={"podAntiAffinity": {"preferredDuringSchedulingIgnoredDuringExecution": []}}),
    bot(tolerations=[{"key": "a", "operator": "Exists"}], nodeSelector={"disk": "ssd"}),
    bot(networkPolicy={"enabled": True, "egress": [{"ports": [{"port": 443}, {"port": "https"}]}]}),
    sidecar(image="example.com/mcp:1", port=9000, path="/api/mcp", auth={"mode": "None"}, probe="None"),
    sidecar(image="example.com/mcp:1", port=9000, livenessProbe={"tcpSocket": {"port": "mcp-9000"}}),
    sidecar(server="logs", port=8084, tools={"allow": ["search"], "timeoutSeconds": 5}),
]

# What is refused by no rule and no limit of ours (those are tried in test_rules.py) but by the shape of things.
REFUSED = [
    (manifest("RitsukoBot", {}), "spec.zulip: Required value"),
    (manifest("RitsukoBot", None), "spec"),
    (manifest("RitsukoBot", "soon"), "spec"),
    (bot(replicas="two"), "spec.replicas"),
    (bot(replica=2), 'unknown field "spec.replica"'),
    (bot(mcpSidecars={"enable": False}), 'unknown field "spec.mcpSidecars.enable"'),
    (bot(zulip={"credentialsSecret": "z"}), "spec.zulip.credentialsSecret"),
    (bot(env=[{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]), "Duplicate value"),
    (bot(env=[{"value": "1"}]), "name"),
    (bot(env={"A": "1"}), "spec.env"),
    (bot(resources={"limits": {"memory": "much"}}), "spec.resources.limits.memory"),
    (bot(podTemplate={"spec": {"hostNetwork": "yes"}}), "spec.podTemplate.spec.hostNetwork"),
    (bot(podTemplate={"spec": {"containers": {"name": "bot"}}}), "spec.podTemplate.spec.containers"),
    (sidecar(server="logs", tools={"allowed": ["search"]}), 'unknown field "spec.tools.allowed"'),
    (sidecar(server="jira"), 'supported values: "kubernetes", "prometheus", "logs"'),
    (
        sidecar(url="https://example.com", headers=[{"name": "X-Key", "value": "x"}]),
        'unknown field "spec.headers[0].value"',
    ),
]


def test_a_patch_of_the_pod_may_take_away_and_hold_directives(plane: ControlPlane) -> None:
    patch = {
        "nodeSelector": None,
        "enableServiceLinks": None,
        "tolerations": [{"$patch": "replace"}, {"key": "gpu", "operator": "Exists"}],
        "containers": [{"name": "bot", "resources": {"limits": {"cpu": None}}}],
        "fieldOfALaterKubernetes": True,
    }
    assert answer(plane, bot(podTemplate={"spec": patch}))["spec"]["podTemplate"]["spec"] == patch


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
