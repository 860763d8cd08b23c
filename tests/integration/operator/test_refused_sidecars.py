"""A sidecar that the apiserver will not have in a pod: the bot runs, and goes on changing, without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster import ApiError, ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.story import Story, unchanged

pytestmark = pytest.mark.controlplane

IMAGE = {"image": "registry.test/mcp:1", "port": 9000}
# What no schema of ours refuses, and validation of a pod does.
NO_SUCH_RESOURCE = {**IMAGE, "resources": {"limits": {"gpu": "1"}}}
TOO_LONG = {**IMAGE, "port": 9001, "lifecycle": {"preStop": {"sleep": {"seconds": 900}}}}


@pytest.fixture
def running(operator: OperatorProcess, story: Story) -> Story:
    """A bot that works, with one sidecar."""
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    eventually(lambda: len(story.containers()) == 2, what="both containers")
    story.serving("kubernetes")
    story.wait_condition("Ready", "True", "Ready")
    return story


@pytest.mark.parametrize("optional", [True, False], ids=["optional", "required"])
def test_a_running_bot_goes_on_and_its_own_changes_come_through(running: Story, optional: bool) -> None:
    template = running.template()
    running.sidecar("bad", **NO_SUCH_RESOURCE, optional=optional)
    said = running.wait_condition("Accepted", "False", "InvalidSpec", of="bad", kind="sidecar")
    assert 'containers[mcp-bad].resources.limits[gpu]: Invalid value: "gpu"' in said
    assert "change the sidecar" in said
    assert running.wait_condition("Ready", "False", "InvalidSpec", of="bad", kind="sidecar") == said
    assert running.wait_line("bad", "NotAccepted") == said
    assert "bad: the apiserver rejects" in running.wait_condition("SidecarsReady", "False", "SidecarsNotAccepted")
    running.wait_condition("Stalled", "False", "Progressing")
    running.wait_condition("Ready", "True", "Ready")
    assert running.template() == template
    assert list(running.config()["mcpServers"]) == ["kubernetes"]
    assert running.condition("ConfigLoaded")["status"] == "True"
    assert not [key for key in running.data("hal-mcp-tokens") if key.startswith("bad.")]

    running.bot(image={"tag": "9.9"})
    eventually(lambda: running.template()["spec"]["containers"][0]["image"].endswith(":9.9"), what="the new image")
    running.settled()
    assert running.condition("Stalled")["status"] == "False"
    assert running.line("bad")["phase"] == "NotAccepted"


def test_one_that_is_mended_is_taken_in(running: Story) -> None:
    running.sidecar("bad", **NO_SUCH_RESOURCE)
    running.wait_condition("Accepted", "False", "InvalidSpec", of="bad", kind="sidecar")
    running.sidecar("bad", **IMAGE)
    eventually(lambda: running.containers() == ["bot", "mcp-bad", "mcp-kubernetes"], what="a container for it")
    running.wait_condition("Accepted", "True", "Accepted", of="bad", kind="sidecar")
    assert "bad" in running.config()["mcpServers"]


def test_what_the_bot_gives_to_it_counts_too(running: Story) -> None:
    running.sidecar("long", **TOO_LONG)
    said = running.wait_condition("Accepted", "False", "InvalidSpec", of="long", kind="sidecar")
    assert "containers[mcp-long].lifecycle.preStop.sleep: Invalid value: 900" in said
    patch = [{"name": "mcp-long", "env": [{"name": "PATCHED", "value": "1"}]}]
    running.bot(podTemplate={"spec": {"containers": patch}})
    running.settled()
    assert running.containers() == ["bot", "mcp-kubernetes"], "a patch makes no container"
    assert running.condition("Stalled")["status"] == "False"
    running.bot(podTemplate={"spec": {"terminationGracePeriodSeconds": 1000, "containers": patch}})
    eventually(lambda: "mcp-long" in running.containers(), what="a container for it")
    running.wait_condition("Accepted", "True", "Accepted", of="long", kind="sidecar")


def test_a_new_bot_with_two_bad_ones_and_a_good_one_gets_its_deployment(
    operator: OperatorProcess, story: Story
) -> None:
    story.sidecar("bad", **NO_SUCH_RESOURCE, native=True)
    story.sidecar("long", **TOO_LONG, optional=True)
    story.sidecar("logs", server="logs")
    story.bot()
    for name, words in (("bad", "initContainers[mcp-bad].resources"), ("long", "containers[mcp-long].lifecycle")):
        assert words in story.wait_condition("Accepted", "False", "InvalidSpec", of=name, kind="sidecar")
    eventually(lambda: story.exists("deployment", "hal"), what="the Deployment")
    assert story.containers() == ["bot", "mcp-logs"]
    assert list(story.config()["mcpServers"]) == ["logs"]
    assert story.condition("Stalled")["status"] != "True"


def test_a_field_that_there_is_not_is_told_of_the_sidecar_whose_container_gets_it(running: Story) -> None:
    """Server-side apply itself refuses this one, with another answer than validation."""
    running.sidecar("odd", **IMAGE)
    running.bot(podTemplate={"spec": {"containers": [{"name": "mcp-odd", "imagePullPolice": "Never"}]}})
    said = running.wait_condition("Accepted", "False", "InvalidSpec", of="odd", kind="sidecar")
    assert "containers[mcp-odd].imagePullPolice: field not declared in schema" in said
    assert running.containers() == ["bot", "mcp-kubernetes"]


def test_what_the_apiserver_names_no_sidecar_for_is_found_by_trying_without(running: Story) -> None:
    """A quantity that cannot be read is refused without a word on where it stands."""
    running.sidecar("bad", **IMAGE)
    patch = [{"name": "mcp-bad", "resources": {"limits": {"memory": "2Gx"}}}]
    running.bot(podTemplate={"spec": {"containers": patch}}, image={"tag": "9.9"})
    said = running.wait_condition("Accepted", "False", "InvalidSpec", of="bad", kind="sidecar")
    assert "quantities must match" in said
    eventually(lambda: running.template()["spec"]["containers"][0]["image"].endswith(":9.9"), what="the new image")
    assert running.containers() == ["bot", "mcp-kubernetes"]


def test_a_policy_of_the_cluster_keeps_out_one_sidecar_and_not_the_bot(plane: ControlPlane, running: Story) -> None:
    running.sidecar("good", **IMAGE)
    eventually(lambda: len(running.containers()) == 3, what="a container for the good one")
    with policy(plane, running):
        running.sidecar("bad", image="forbidden.test/mcp:1", port=9002)
        said = running.wait_condition("Accepted", "False", "InvalidSpec", of="bad", kind="sidecar")
        assert "nothing of forbidden.test runs here" in said
        running.bot(image={"tag": "9.9"})
        eventually(lambda: running.template()["spec"]["containers"][0]["image"].endswith(":9.9"), what="the new image")
        assert running.containers() == ["bot", "mcp-good", "mcp-kubernetes"]
        assert running.condition("Stalled")["status"] == "False"


def test_what_is_the_bots_own_fault_is_no_sidecars(running: Story) -> None:
    running.bot(podTemplate={"spec": {"containers": [{"name": "bot", "resources": {"limits": {"gpu": "1"}}}]}})
    assert "resources.limits" in running.wait_condition("Stalled", "True", "ApplyRefused")
    assert running.condition("Accepted", of="kubernetes", kind="sidecar")["status"] == "True"
    assert list(running.config()["mcpServers"]) == ["kubernetes"]


def test_while_nothing_changes_nothing_is_written_or_asked_again(operator: OperatorProcess, running: Story) -> None:
    running.sidecar("bad", **NO_SUCH_RESOURCE)
    running.wait_condition("Accepted", "False", "InvalidSpec", of="bad", kind="sidecar")
    pod = running.serving("kubernetes")
    running.wait_condition("Ready", "True", "Ready")

    def looked_at() -> None:
        before = reconciles(operator)
        for number in range(3):
            running.edit("pod", pod, {"metadata": {"annotations": {"example.com/number": str(number)}}})
            eventually(lambda: reconciles(operator) > before + number, what="another look at the bot")  # noqa: B023

    assert unchanged(lambda: (asked(operator), versions(running)), looked_at)


def test_the_same_fault_in_another_generation_is_told_of_that_generation(running: Story) -> None:
    running.sidecar("bad", **NO_SUCH_RESOURCE)
    running.wait_condition("Accepted", "False", "InvalidSpec", of="bad", kind="sidecar")
    running.sidecar("bad", **NO_SUCH_RESOURCE, args=["--other"])

    def observed() -> bool:
        live = running.get("sidecar", "bad")
        return live["status"]["observedGeneration"] == live["metadata"]["generation"] == 2

    eventually(observed, what="the second generation is told of")
    assert running.condition("Accepted", of="bad", kind="sidecar")["reason"] == "InvalidSpec"


@contextmanager
def policy(plane: ControlPlane, story: Story) -> Iterator[None]:
    """Deployments with an image of forbidden.test are refused in the story's namespace."""
    admission, name = "/apis/admissionregistration.k8s.io/v1", story.namespace
    expression = "object.spec.template.spec.containers.all(one, !one.image.startsWith('forbidden.test/'))"
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "resources": ["deployments"]}
    matches = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": story.namespace}}}
    specs = {
        "ValidatingAdmissionPolicy": {
            "failurePolicy": "Fail",
            "matchConstraints": {"resourceRules": [{**rule, "operations": ["CREATE", "UPDATE"]}]},
            "validations": [{"expression": expression, "message": "nothing of forbidden.test runs here"}],
        },
        "ValidatingAdmissionPolicyBinding": {
            "policyName": name,
            "validationActions": ["Deny"],
            "matchResources": matches,
        },
    }
    plurals = {"ValidatingAdmissionPolicy": "validatingadmissionpolicies"}
    plurals["ValidatingAdmissionPolicyBinding"] = "validatingadmissionpolicybindings"
    for kind, spec in specs.items():
        manifest = {"apiVersion": admission.removeprefix("/apis/"), "kind": kind, "metadata": {"name": name}}
        plane.api.request("POST", f"{admission}/{plurals[kind]}", {**manifest, "spec": spec})
    try:
        eventually(lambda: in_force(plane, story), what="the policy is in force")
        yield
    finally:
        for plural in plurals.values():
            plane.api.request("DELETE", f"{admission}/{plural}/{name}")


def in_force(plane: ControlPlane, story: Story) -> bool:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "bot", "image": "forbidden.test/x"}]}}}}
    path = f"{story.path('deployment', 'hal')}?dryRun=All"
    try:
        plane.api.request("PATCH", path, patch, content_type="application/strategic-merge-patch+json")
    except ApiError as error:
        return "forbidden.test" in str(error)
    return False


def asked(operator: OperatorProcess) -> dict[tuple[str, str], int]:
    """The requests about the children that change something, or would."""
    return {what: count for what, count in operator.changes().items() if what[1] in ("deployments", "configmaps")}


def reconciles(operator: OperatorProcess) -> int:
    found = re.findall(r'ritsuko_operator_reconciles_total\{kind="RitsukoBot",.*\} (\S+)', operator.metrics_text())
    return sum(int(float(count)) for count in found)


def versions(story: Story) -> list[str]:
    things = [("bot", "hal"), ("sidecar", "bad"), ("deployment", "hal"), ("configmap", "hal-mcp")]
    return [story.get(kind, name)["metadata"]["resourceVersion"] for kind, name in things]
