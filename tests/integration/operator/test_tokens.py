"""The tokens by which a bot proves itself to its servers: rotated without a gap, and told nobody."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.story import Json, Story, ended, running, server, waiting

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]

TOKENS = "hal-mcp-tokens"


def rotate(story: Story, value: str) -> None:
    story.edit("bot", "hal", {"metadata": {"annotations": {"ritsuko.dev/rotate-tokens": value}}})


def made_long_ago(story: Story, *, minutes: float) -> None:
    """As if so much time had passed since the tokens were made: the operator keeps that in an annotation."""
    annotation = "ritsuko.dev/tokens"
    known = json.loads(story.get("secret", TOKENS)["metadata"]["annotations"][annotation])
    then = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat(timespec="seconds")
    aged = {name: {**token, "created": then} for name, token in known.items()}
    story.edit("secret", TOKENS, {"metadata": {"annotations": {annotation: json.dumps(aged)}}})


def read_by(pod: Json) -> tuple[str, str]:
    """The keys of the token that the server and the bot of a pod read."""
    server = next(one for one in pod["spec"]["containers"] if one["name"] == "mcp-kubernetes")
    variable = next(one for one in server["env"] if one["name"] == "MCP_AUTH_TOKEN")
    volume = next(one for one in pod["spec"]["volumes"] if one.get("secret", {}).get("secretName") == TOKENS)
    (item,) = volume["secret"]["items"]
    assert item["path"] == "kubernetes"
    return variable["valueFrom"]["secretKeyRef"]["key"], item["key"]


def test_a_rotation_leaves_each_pod_its_own_token_until_it_is_gone(hal: Story) -> None:
    old, first = hal.pod(), hal.data(TOKENS)
    assert list(first) == ["kubernetes.1"]
    rotate(hal, "monday")
    eventually(lambda: set(hal.data(TOKENS)) == {"kubernetes.1", "kubernetes.2"}, what="both generations")
    assert hal.data(TOKENS)["kubernetes.1"] == first["kubernetes.1"] != hal.data(TOKENS)["kubernetes.2"]
    eventually(lambda: hal.pod() != old, what="the new pod")
    new = hal.pod()
    assert read_by(hal.get("pod", old)) == ("kubernetes.1", "kubernetes.1")
    assert read_by(hal.get("pod", new)) == ("kubernetes.2", "kubernetes.2")
    assert hal.condition("Ready")["status"] == "True"  # the old pod goes on
    hal.pod_status(new, running("bot"), running("mcp-kubernetes"))
    hal.report(new, servers=[server("kubernetes")])
    hal.leaves(old)
    hal.wait_condition("Ready", "True", "Ready")
    assert set(hal.data(TOKENS)) == {"kubernetes.1", "kubernetes.2"}  # and may still be answering a call
    hal.pod_ends(old)
    eventually(lambda: set(hal.data(TOKENS)) == {"kubernetes.2"}, what="the old generation gone")


def test_an_operator_that_ends_in_the_middle_of_a_rotation_goes_on_with_it(
    hal: Story, operator: OperatorProcess
) -> None:
    old = hal.pod()
    with operator.down():
        rotate(hal, "monday")
    second = eventually(lambda: hal.data(TOKENS).get("kubernetes.2"), what="the second generation")
    eventually(lambda: "kubernetes.2" in str(hal.template()), what="the template names it")
    with operator.down():
        hal.pod_status(hal.pod(), running("bot"), running("mcp-kubernetes"))
        hal.leaves(old)
        hal.pod_ends(old)
    eventually(lambda: hal.data(TOKENS) == {"kubernetes.2": second}, what="only the second generation is left")


def test_a_token_that_is_older_than_it_may_be_is_rotated_once(hal: Story, operator: OperatorProcess) -> None:
    hal.bot(mcpSidecars={"tokens": {"maxAge": "10m"}})
    hal.settled()
    old, first = hal.pod(), hal.data(TOKENS)
    with operator.down():
        made_long_ago(hal, minutes=11)
    eventually(lambda: set(hal.data(TOKENS)) == {"kubernetes.1", "kubernetes.2"}, what="a new generation")
    assert hal.data(TOKENS)["kubernetes.1"] == first["kubernetes.1"]
    eventually(lambda: hal.pod() != old, what="the new pod")
    assert read_by(hal.get("pod", old)) == ("kubernetes.1", "kubernetes.1")
    assert read_by(hal.get("pod", hal.pod())) == ("kubernetes.2", "kubernetes.2")
    hal.pod_status(hal.pod(), running("bot"), running("mcp-kubernetes"))
    hal.report(hal.pod(), servers=[server("kubernetes")])
    hal.leaves(old)
    hal.pod_ends(old)
    eventually(lambda: set(hal.data(TOKENS)) == {"kubernetes.2"}, what="the old generation gone")


def test_a_lost_token_secret_is_made_anew_under_another_name(hal: Story) -> None:
    hal.delete("secret", TOKENS)
    eventually(lambda: set(hal.data(TOKENS)) == {"kubernetes.2"}, what="a new generation")
    eventually(lambda: "kubernetes.2" in str(hal.template()), what="a template that names it")


def test_no_token_is_anywhere_but_in_its_secret(hal: Story, operator: OperatorProcess) -> None:
    hal.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="the-key-of-hal-in-zulip")
    eventually(lambda: hal.pod() != "", what="a pod of the new template")
    pod = hal.pod()
    rotate(hal, "monday")
    eventually(lambda: set(hal.data(TOKENS)) == {"kubernetes.1", "kubernetes.2"}, what="both generations")
    eventually(lambda: hal.pod() != pod, what="the new pod")
    secrets = [*hal.data(TOKENS).values(), "the-key-of-hal-in-zulip"]
    found = {**hal.everything(), "log": operator.log_text(), "metrics": operator.metrics_text()}
    assert [kind for kind, text in found.items() if any(secret in text for secret in secrets)] == []


def test_what_a_crashing_container_says_of_its_token_is_told_without_it(hal: Story, operator: OperatorProcess) -> None:
    token = hal.data(TOKENS)["kubernetes.1"]
    words = f"starting up\nrefused {token}\npassword=hunter2\nKeyError: 'HOME'"
    crash = waiting("mcp-kubernetes", "CrashLoopBackOff", restarts=1, last=ended(1, message=words))
    hal.pod_status(hal.pod(), running("bot"), crash)
    hal.report(hal.pod(), servers=[server("kubernetes", "Down", error="connection refused")])
    message = hal.wait_line("kubernetes", "Failed")
    assert message.endswith(
        "its last words:\nstarting up\nrefused [redacted-secret]\npassword=[redacted-value]\nKeyError: 'HOME'"
    )
    hal.wait_condition("Ready", "False", "Failed", of="kubernetes", kind="sidecar")
    eventually(lambda: hal.events("SidecarsFailed"), what="the Event")
    found = {**hal.everything(), "log": operator.log_text(), "metrics": operator.metrics_text()}
    del found["pod"]  # that is where the kubelet put it
    assert [kind for kind, text in found.items() if token in text or "hunter2" in text] == []
