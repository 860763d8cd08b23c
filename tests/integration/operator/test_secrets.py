"""Secrets and rollouts: what is read as environment rolls the pod, and nothing takes a running bot down."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.operator.eventually import eventually
from tests.integration.operator.story import Json, Story, running, server, unchanged, waiting

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]

REMOTE = {
    "url": "https://mcp.example.test/mcp",
    "headers": [{"name": "Authorization", "valueFrom": {"secretKeyRef": {"name": "github", "key": "token"}}}],
}


@pytest.mark.parametrize(
    "spec",
    [
        {"env": [{"name": "TOKEN", "valueFrom": {"secretKeyRef": {"name": "weather", "key": "TOKEN"}}}]},
        {"envFrom": [{"secretRef": {"name": "weather", "optional": True}}]},
    ],
    ids=["env", "envFrom"],
)
def test_a_secret_that_a_sidecar_reads_rolls_the_pod_when_it_comes_and_when_it_changes(
    hal: Story, spec: dict[str, Any]
) -> None:
    hal.sidecar("weather", image="example.test/weather:1", port=9000, **spec)
    eventually(lambda: "mcp-weather" in hal.containers(), what="the container")
    hal.settled()
    before = hal.template()
    hal.secret("weather", TOKEN="one")
    eventually(lambda: hal.template() != before, what="a new template when the Secret comes")
    before = hal.template()
    hal.secret("weather", TOKEN="two")
    eventually(lambda: hal.template() != before, what="a new template when it changes")


def test_a_remote_server_comes_and_its_header_changes_without_a_restart(hal: Story) -> None:
    hal.secret("github", token="Bearer one")

    def story() -> None:
        hal.sidecar("github", **REMOTE)
        eventually(lambda: hal.data("hal-mcp-headers") == {"github.authorization": "Bearer one"}, what="the copy")
        eventually(lambda: "github" in hal.config()["mcpServers"], what="it is in the config")
        hal.secret("github", token="Bearer two")
        eventually(lambda: hal.data("hal-mcp-headers") == {"github.authorization": "Bearer two"}, what="the new copy")
        hal.delete("secret", "github")
        words = "header Authorization has no value: Secret github not found"
        assert words in hal.wait_line("github", "Failed")
        assert words in hal.wait_condition("Ready", "False", "Failed", of="github", kind="sidecar")
        hal.secret("github", token="Bearer three")
        eventually(lambda: hal.line("github")["phase"] == "Starting", what="it is fine again")
        hal.report(hal.pod(), servers=[server("kubernetes"), server("github")])
        hal.wait_condition("Ready", "True", "Ready", of="github", kind="sidecar")
        hal.delete("sidecar", "github")
        eventually(lambda: not hal.exists("secret", "hal-mcp-headers"), what="the copy is gone")

    assert unchanged(lambda: hal.get("deployment", "hal")["metadata"]["generation"], during=story)


def test_a_bad_image_leaves_the_running_bot_alone_and_the_status_says_which_pod_fails_why(hal: Story) -> None:
    old = hal.pod()
    hal.bot(image={"repository": "example.test/no-such-bot", "tag": "1"})
    eventually(lambda: "no-such-bot" in str(hal.template()), what="the new template")
    new = eventually(lambda: hal.pod(), what="the new pod")
    assert new != old
    hal.pod_status(new, waiting("bot", "ImagePullBackOff", "not found"), running("mcp-kubernetes"), phase="Pending")
    message = hal.wait_condition("Reconciling", "True", "RolloutFailing")
    assert (
        f"container bot of pod {new}: image bot:1 cannot be pulled: not found; the registry has no such image or "
        "tag: check its name and tag" in message
    )
    assert message.endswith(f"pod {old} still answers")
    assert hal.condition("Ready")["status"] == "True"
    assert "deletionTimestamp" not in hal.get("pod", old)["metadata"]
    assert hal.get("bot", "hal")["status"]["observedGeneration"] == hal.get("bot", "hal")["metadata"]["generation"]


def test_a_quota_that_refuses_the_new_pod_is_told_and_the_old_one_goes_on(hal: Story) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "small"},
        "spec": {"hard": {"pods": "1"}},
    }
    hal.create("resourcequota", quota)
    eventually(lambda: hal.get("resourcequota", "small").get("status", {}).get("used"), what="the quota counts")
    hal.bot(logLevel="DEBUG")
    message = hal.wait_condition("Reconciling", "True", "PodsRefused")
    assert "exceeded quota: small" in message
    assert hal.condition("Ready")["status"] == "True"


def test_while_credentials_are_away_the_running_bot_stays_ready(hal: Story) -> None:
    hal.delete("secret", "zulip")
    assert "Secret zulip not found" in hal.wait_condition("Reconciling", "True", "CredentialsMissing")
    assert hal.condition("Ready")["status"] == "True"
    assert hal.condition("ZulipConnected")["status"] == "True"


def test_an_autoscaler_keeps_the_number_of_pods_that_it_chose(hal: Story) -> None:
    scaled_by(hal, "kube-controller-manager", 2)
    eventually(lambda: hal.get("bot", "hal")["status"]["replicas"] == 2, what="the operator knows")
    hal.bot(logLevel="DEBUG")
    eventually(lambda: "DEBUG" in str(hal.template()), what="another change of the bot")
    assert hal.get("deployment", "hal")["spec"]["replicas"] == 2
    hal.bot(replicas=0)  # which is not in effect: the pods run, and the status says so
    words = "an autoscaler sets the Deployment to 2 pods, so `replicas` (0) has no effect: set `suspend: true"
    eventually(lambda: words in hal.condition("Ready")["message"], what="the number that is in effect is told")
    assert (hal.condition("Ready")["status"], hal.condition("ZulipConnected")["status"]) == ("True", "True")
    assert hal.get("deployment", "hal")["spec"]["replicas"] == 2
    hal.bot(suspend=True)
    eventually(lambda: hal.get("deployment", "hal")["spec"]["replicas"] == 0, what="a suspended bot runs no pod")


def test_a_person_who_scales_the_deployment_is_put_right(hal: Story) -> None:
    scaled_by(hal, "kubectl", 3)
    eventually(lambda: hal.get("deployment", "hal")["spec"]["replicas"] == 1, what="the bot's own number")


def test_the_bot_itself_can_be_scaled(hal: Story) -> None:
    scale = f"{hal.path('bot', 'hal')}/scale"
    hal.request("PATCH", scale, {"spec": {"replicas": 3}})
    eventually(lambda: hal.get("deployment", "hal")["spec"]["replicas"] == 3, what="three pods")
    eventually(lambda: hal.names("poddisruptionbudget") == {"hal"}, what="a disruption budget")
    hal.request("PATCH", scale, {"spec": {"replicas": 1}})
    eventually(lambda: hal.names("poddisruptionbudget") == set(), what="no disruption budget for one pod")


def test_foreign_labels_and_a_restart_survive_a_rotation_of_tokens(hal: Story) -> None:
    mark: Json = {"metadata": {"labels": {"team": "sre"}}}
    restart = {"spec": {"template": {"metadata": {"annotations": {"kubectl.kubernetes.io/restartedAt": "now"}}}}}
    hal.edit("deployment", "hal", {**mark, **restart})
    hal.edit("secret", "hal-mcp-tokens", mark)
    hal.edit("bot", "hal", {"metadata": {"annotations": {"ritsuko.dev/rotate-tokens": "monday"}}})
    eventually(lambda: "kubernetes.2" in str(hal.template()), what="the new generation")
    assert hal.template()["metadata"]["annotations"]["kubectl.kubernetes.io/restartedAt"] == "now"
    for kind, name in (("deployment", "hal"), ("secret", "hal-mcp-tokens")):
        assert hal.get(kind, name)["metadata"]["labels"]["team"] == "sre"


def scaled_by(story: Story, manager: str, replicas: int) -> None:
    path = f"{story.path('deployment', 'hal')}/scale?fieldManager={manager}"
    story.request("PATCH", path, {"spec": {"replicas": replicas}})
