"""Admission of the cluster's own: what it refuses is tried again, what it changes is left as it makes it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster import ApiError, ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.story import Json, Story, server
from tests.integration.operator.webhook import Mutate, Webhook, webhook

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]

_ADMISSION = "/apis/admissionregistration.k8s.io/v1"
_HASH = "ritsuko.dev/manifest-hash"
_clock = itertools.count(1)


def mirrors_images(deployment: Json) -> list[Json]:
    """And says when it did, as some do."""
    containers: list[Json] = deployment["spec"]["template"]["spec"]["containers"]
    mirrored = [
        {"op": "replace", "path": f"/spec/template/spec/containers/{place}/image", "value": f"mirror.test/{image}"}
        for place, image in enumerate(container["image"] for container in containers)
        if not image.startswith("mirror.test/")
    ]
    return [*mirrored, {"op": "add", "path": "/metadata/annotations/mirrored-at", "value": str(next(_clock))}]


def strips_annotations(deployment: Json) -> list[Json]:
    return [{"op": "remove", "path": "/metadata/annotations"}] if deployment["metadata"].get("annotations") else []


def strips_labels(deployment: Json) -> list[Json]:
    return [{"op": "remove", "path": "/metadata/labels"}] if deployment["metadata"].get("labels") else []


def writes_another_hash_each_time(deployment: Json) -> list[Json]:
    annotations = {**deployment["metadata"].get("annotations", {}), _HASH: str(next(_clock))}
    return [{"op": "add", "path": "/metadata/annotations", "value": annotations}]


def test_what_a_policy_refused_is_made_soon_after_the_policy_is_gone(plane: ControlPlane, story: Story) -> None:
    with config_maps_refused(plane, story):
        story.bot()
        message = story.wait_condition("Stalled", "True", "ApplyRefused")
        assert "no config maps today" in message
        assert "the operator retries within a minute" in message
    eventually(lambda: story.exists("configmap", "hal-mcp"), within=40, what="the config is made")
    story.wait_condition("Stalled", "False", "Progressing")


def test_an_image_mirror_is_left_alone_told_of_and_real_drift_is_still_put_back(
    plane: ControlPlane, operator: OperatorProcess, story: Story
) -> None:
    with webhook(plane, story, mirrors_images) as hook:
        story.sidecar("kubernetes", server="kubernetes")
        story.sidecar("logs", server="logs")
        story.bot()
        eventually(lambda: len(story.containers()) == 3, what="all containers")
        containers = "spec.template.spec.containers"
        note = f"admission changes {containers}[bot].image, {containers}[mcp-kubernetes].image"
        eventually(lambda: note in story.condition("Stalled")["message"], what="what admission does is told")
        assert story.condition("Stalled")["status"] == "False"
        assert all(image.startswith("mirror.test/") for image in images(story))
        nothing_is_written_while_things_happen(story, hook)
        assert story.events("Repaired") == []
        told = [line for line in operator.log_text().splitlines() if "admission changes" in line]
        assert sum(f"Deployment {story.namespace}/hal" in line for line in told) <= 2, "once for each shape of it"

        drifts_and_is_put_back(story)
        eventually(lambda: len(story.events("Repaired")) == 1, what="and an Event says so")
        story.delete("sidecar", "logs")
        eventually(lambda: story.containers() == ["bot", "mcp-kubernetes"], what="the container is gone")
        nothing_is_written_while_things_happen(story, hook)
        assert len(story.events("Repaired")) == 1
    story.bot(logLevel="DEBUG")
    eventually(lambda: not images(story)[0].startswith("mirror.test/"), what="the next change goes without the mirror")
    eventually(lambda: "admission" not in story.condition("Stalled")["message"], what="nothing is told any more")


@pytest.mark.parametrize("mutate", [strips_annotations, strips_labels, writes_another_hash_each_time])
def test_whatever_a_webhook_does_the_writes_come_to_an_end(plane: ControlPlane, story: Story, mutate: Mutate) -> None:
    with webhook(plane, story, mutate) as hook:
        story.sidecar("kubernetes", server="kubernetes")
        story.bot()
        eventually(lambda: "admission changes" in story.condition("Stalled")["message"], what="it is told")
        nothing_is_written_while_things_happen(story, hook)
        if mutate is not strips_labels:  # by which the watch finds it
            drifts_and_is_put_back(story)
            nothing_is_written_while_things_happen(story, hook)


def nothing_is_written_while_things_happen(story: Story, hook: Webhook) -> None:
    """The bot says something new several times, and the operator tells of each."""
    pod = story.serving(*(name.removeprefix("mcp-") for name in story.containers() if name != "bot"))
    story.wait_condition("ZulipConnected", "True", "Connected")
    before = hook.writes
    servers = [server(name.removeprefix("mcp-")) for name in story.containers() if name != "bot"]
    for _ in range(4):
        story.report(pod, connected=False, servers=servers)
        story.wait_condition("ZulipConnected", "False", "NotConnected")
        story.report(pod, servers=servers)
        story.wait_condition("ZulipConnected", "True", "Connected")
    assert hook.writes - before <= 1, "a write may have been under way"


def test_a_namespace_is_deleted_with_all_its_bots_and_without_a_word(
    plane: ControlPlane, operator: OperatorProcess, story: Story
) -> None:
    bots = [f"bot-{number}" for number in range(10)]
    for bot in bots:
        story.sidecar(f"logs-{bot}", bot=bot, server="logs")
        story.bot(bot)
    for bot in bots:
        story.settled(bot)
    path = f"/api/v1/namespaces/{story.namespace}"
    plane.api.request("DELETE", path)
    eventually(lambda: not plane.api.answers(path), within=60, what="the namespace is gone")
    loud = [line for line in operator.log_text().splitlines() if story.namespace in line and '"WARNING"' in line]
    assert loud == []


def drifts_and_is_put_back(story: Story) -> None:
    """Somebody changes a field that admission has nothing to do with."""
    before = story.get("deployment", "hal")["spec"]["progressDeadlineSeconds"]
    story.edit("deployment", "hal", {"spec": {"progressDeadlineSeconds": before + 1}})

    def put_back() -> bool:
        return story.get("deployment", "hal")["spec"]["progressDeadlineSeconds"] == before

    eventually(put_back, what="drift is put back")


def images(story: Story) -> list[str]:
    return [container["image"] for container in story.template()["spec"]["containers"]]


@contextmanager
def config_maps_refused(plane: ControlPlane, story: Story) -> Iterator[None]:
    """A policy refuses every ConfigMap of ours in the story's namespace."""
    api, name = plane.api, story.namespace
    rule = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]}
    policy: Json = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": "false", "message": "no config maps today"}],
        },
    }
    binding = {
        "apiVersion": policy["apiVersion"],
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {
            "policyName": name,
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": name}}},
        },
    }
    plurals = ("validatingadmissionpolicies", "validatingadmissionpolicybindings")
    for plural, manifest in zip(plurals, (policy, binding), strict=True):
        api.request("POST", f"{_ADMISSION}/{plural}", manifest)
    try:
        eventually(lambda: refuses_config_maps(story), what="the policy is in force")
        yield
    finally:
        for plural in reversed(plurals):
            api.request("DELETE", f"{_ADMISSION}/{plural}/{name}")


def refuses_config_maps(story: Story) -> bool:
    try:
        story.create("configmap", {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "probe"}})
    except ApiError as error:
        return "no config maps today" in str(error)
    story.delete("configmap", "probe")
    return False
