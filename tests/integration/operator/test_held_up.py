"""A rollout that somebody keeps from going on is told with what to do; the pod from before answers."""

from __future__ import annotations

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.story import Story

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]


@pytest.fixture
def hal(story: Story) -> Story:
    """A bot that answers, with one sidecar."""
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    eventually(lambda: story.containers() == ["bot", "mcp-kubernetes"], what="both containers")
    story.serving("kubernetes")
    story.wait_condition("Reconciling", "False", "Settled")
    return story


def test_a_paused_rollout_says_how_to_resume_it_and_goes_on_then(hal: Story) -> None:
    old = hal.pod()
    hal.edit("deployment", "hal", {"spec": {"paused": True}})
    hal.sidecar("logs", server="logs")
    message = hal.wait_condition("Stalled", "True", "RolloutPaused")
    assert message == f"its rollout is paused: run `kubectl rollout resume deployment/hal -n {hal.namespace}`"
    assert message in hal.wait_line("logs", "Failed")
    assert hal.condition("ZulipConnected")["status"] == "True"
    hal.edit("deployment", "hal", {"spec": {"paused": None}})
    eventually(lambda: hal.pod() not in ("", old), what="the new pod")
    hal.wait_condition("Stalled", "False", "Progressing")


def test_a_deployment_that_a_finalizer_keeps_is_told_and_made_anew_when_it_is_gone(hal: Story) -> None:
    hal.edit("deployment", "hal", {"metadata": {"finalizers": ["example.test/keep"]}})
    first = hal.get("deployment", "hal")["metadata"]["uid"]
    hal.delete("deployment", "hal")
    message = hal.wait_condition("Reconciling", "True", "DeploymentEnding")
    assert message.startswith("Deployment hal is being deleted and waits for its finalizers (example.test/keep): ")
    hal.edit("deployment", "hal", {"metadata": {"finalizers": None}})
    eventually(
        lambda: (hal.find("deployment", "hal") or {"metadata": {"uid": first}})["metadata"]["uid"] != first,
        what="it is made anew",
    )
    hal.wait_condition("Stalled", "False", "Progressing")


def test_a_container_that_the_pod_template_takes_away_is_told(hal: Story) -> None:
    hal.bot(podTemplate={"spec": {"containers": [{"name": "mcp-kubernetes", "$patch": "delete"}]}})
    eventually(lambda: hal.containers() == ["bot"], what="it is gone")
    hal.serving()
    assert "`podTemplate` of RitsukoBot hal removes its container mcp-kubernetes" in hal.wait_line(
        "kubernetes", "Failed"
    )


def test_a_change_that_is_refused_is_seen_at_a_glance_beside_the_bot_that_is_ready(
    plane: ControlPlane, hal: Story
) -> None:
    hal.bot(podTemplate={"spec": {"containers": [{"name": "bot", "imagePullPolicy": "Sometimes"}]}})
    hal.wait_condition("Stalled", "True", "ApplyRefused")
    hal.wait_condition("Ready", "True", "Ready")
    head, line = plane.kubectl("get", "ritsukobot", "hal", "-n", hal.namespace).splitlines()
    assert head.split()[:4] == ["NAME", "READY", "REASON", "CHANGE"]
    assert line.split()[1:4] == ["True", "Ready", "Stalled"]
