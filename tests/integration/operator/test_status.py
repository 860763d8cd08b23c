"""What `status` tells: the truth, in words that say what to do."""

from __future__ import annotations

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.story import Story, ended, running, server, waiting

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]


@pytest.fixture
def hal(story: Story) -> Story:
    """A bot with one sidecar, made and waiting for its pod to run."""
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    eventually(lambda: story.containers() == ["bot", "mcp-kubernetes"], what="both containers")
    return story


def test_a_bot_is_ready_when_it_says_that_everything_answers(hal: Story) -> None:
    hal.wait_condition("Ready", "False", "BotStarting")
    hal.serving("kubernetes")
    assert hal.wait_condition("Ready", "True", "Ready") == "connected to Zulip, 1 of 1 sidecars ready"
    for kind, reason in (("ZulipConnected", "Connected"), ("ConfigLoaded", "Loaded"), ("SidecarsReady", "AllReady")):
        hal.wait_condition(kind, "True", reason)
    status = hal.get("bot", "hal")["status"]
    assert (status["sidecarsReady"], status["version"], status["observedGeneration"]) == ("1/1", "0.1.0", 1)
    known = {"name": "kubernetes", "phase": "Ready", "ready": True, "restarts": 0, "tools": 2, "attempts": 0}
    assert status["sidecars"] == [known]
    hal.wait_condition("Ready", "True", "Ready", of="kubernetes", kind="sidecar")
    sidecar = hal.get("sidecar", "kubernetes")["status"]
    assert (sidecar["bots"], sidecar["tools"], sidecar["toolsHash"]) == (["hal"], ["get", "describe"], "abc")
    assert (sidecar["botNames"], sidecar["toolCount"]) == ("hal", 2)
    assert sidecar["serverInfo"]["name"] == "ritsuko-kubernetes"
    assert sidecar["lastHandshakeTime"] == "2026-11-24T10:00:01Z"


def test_wrong_zulip_credentials_are_told_in_zulips_own_words(hal: Story) -> None:
    pod = hal.serving("kubernetes")
    hal.wait_condition("Ready", "True", "Ready")
    hal.report(pod, connected=False, servers=[server("kubernetes")])
    assert hal.wait_condition("Ready", "False", "NotConnected") == "401: wrong API key"
    assert hal.wait_condition("SidecarsReady", "True", "AllReady")


def test_a_report_counts_only_while_the_pod_that_wrote_it_is_ready(hal: Story) -> None:
    pod = hal.serving("kubernetes")
    hal.wait_condition("Ready", "True", "Ready")
    hal.pod_status(pod, running("bot", ready=False), running("mcp-kubernetes"))
    hal.wait_condition("Ready", "False", "BotStarting")
    hal.wait_condition("ZulipConnected", "Unknown", "BotStarting")


def test_a_missing_secret_is_named_with_what_to_put_in_it_and_no_pod_is_made(story: Story) -> None:
    story.bot(zulip={"site": "https://chat.test", "credentialsSecret": {"name": "not-yet"}})
    message = story.wait_condition("Ready", "False", "CredentialsMissing")
    assert message.startswith(f"Secret not-yet not found: create it in namespace {story.namespace} with the keys")
    assert message.endswith("ZULIP_EMAIL and ZULIP_API_KEY")
    assert not story.exists("deployment", "hal")
    story.secret("not-yet")
    eventually(lambda: story.exists("deployment", "hal"), what="the bot starts when the Secret is there")


def test_a_missing_key_is_named(story: Story) -> None:
    story.secret("half", ZULIP_EMAIL="hal@chat.test")
    story.bot(zulip={"credentialsSecret": {"name": "half"}})
    message = story.wait_condition("ZulipConnected", "False", "CredentialsMissing")
    assert message == "Secret half has no key ZULIP_API_KEY, ZULIP_SITE: add it"


@pytest.mark.parametrize(
    ("container", "words"),
    [
        pytest.param(
            waiting("mcp-kubernetes", "ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: 401 Unauthorized'),
            "cannot be pulled: 401 Unauthorized; the registry denied access: put a pull secret into namespace ",
            id="image",
        ),
        pytest.param(
            waiting("mcp-kubernetes", "CrashLoopBackOff", "back-off", restarts=4, last=ended(3)),
            "it exited with code 3, restarted 4 times; see `kubectl logs -n ",
            id="crash",
        ),
        pytest.param(
            waiting("mcp-kubernetes", "CrashLoopBackOff", "back-off", restarts=2, last=ended(137, "OOMKilled")),
            (
                "it was killed for using too much memory, restarted 2 times; its limit is 256Mi: raise "
                "`spec.resources.limits.memory`"
            ),
            id="memory",
        ),
        pytest.param(
            waiting("mcp-kubernetes", "CreateContainerConfigError", 'secret "weather" not found'),
            'the container cannot be configured: secret "weather" not found; create it in namespace ',
            id="configuration",
        ),
    ],
)
def test_a_broken_sidecar_is_told_with_its_cause_and_what_to_do(hal: Story, container: dict, words: str) -> None:
    pod = hal.pod()
    hal.pod_status(pod, running("bot"), container)
    hal.report(pod, servers=[server("kubernetes", "Down", error="connection refused")])
    assert words in hal.wait_line("kubernetes", "Failed")
    assert words in hal.wait_condition("Ready", "False", "SidecarsFailed")
    assert words in hal.wait_condition("Ready", "False", "Failed", of="kubernetes", kind="sidecar")


def test_a_server_that_answers_no_handshake_is_told_in_the_bots_words(hal: Story) -> None:
    pod = hal.pod()
    hal.pod_status(pod, running("bot"), running("mcp-kubernetes"))
    hal.report(pod, servers=[server("kubernetes", "Down", error="404 Not Found at /mcp")])
    assert "the bot cannot use it: 404 Not Found at /mcp" in hal.wait_line("kubernetes", "Failed")


def test_while_a_new_rollout_is_broken_the_status_says_that_the_old_pod_still_answers(hal: Story) -> None:
    old = hal.serving("kubernetes")
    hal.wait_condition("Ready", "True", "Ready")
    hal.sidecar("kubernetes", server="kubernetes", image="example.test/no-such:1")
    eventually(lambda: "no-such" in str(hal.template()), what="the new template")
    new = hal.pod()
    assert new != old
    pull = waiting("mcp-kubernetes", "ErrImagePull", "no-such: not found")
    hal.pod_status(new, running("bot"), pull, phase="Pending")
    message = hal.wait_condition("Reconciling", "True", "RolloutFailing")
    assert (
        f"container mcp-kubernetes of pod {new}: image mcp-kubernetes:1 cannot be pulled: no-such: not found" in message
    )
    assert message.endswith(f"; pod {old} still answers")
    assert hal.wait_condition("Ready", "True", "Ready") == "connected to Zulip, 1 of 1 sidecars ready"
    line = hal.wait_line("kubernetes", "Ready")
    assert line.startswith(f"pod {old} still uses it; in pod {new}: image mcp-kubernetes:1 cannot be pulled")
    assert hal.condition("ZulipConnected")["status"] == "True"


def test_while_a_good_rollout_runs_the_bot_stays_ready(hal: Story) -> None:
    old = hal.serving("kubernetes")
    hal.wait_condition("Ready", "True", "Ready")
    hal.bot(logLevel="DEBUG")
    eventually(lambda: hal.pod() != old, what="the new pod")
    hal.wait_condition("Reconciling", "True", "RollingOut")
    assert hal.condition("Ready")["status"] == "True"
    assert hal.events("SidecarsStarting") == []


def test_two_sidecars_with_one_port_the_later_is_refused_and_told_why(hal: Story) -> None:
    hal.serving("kubernetes")
    hal.sidecar("weather", image="example.test/weather:1", port=8081)
    message = hal.wait_condition("Accepted", "False", "PortTaken", of="weather", kind="sidecar")
    assert "port 8081 is taken by sidecar kubernetes" in message
    assert "port 8081" in hal.wait_line("weather", "NotAccepted")
    assert "weather: port 8081" in hal.wait_condition("Ready", "True", "Ready")  # the bot runs on without it
    assert hal.containers() == ["bot", "mcp-kubernetes"]


def test_a_sidecar_without_its_bot_says_so_and_joins_when_the_bot_comes(story: Story) -> None:
    story.sidecar("logs", server="logs")
    message = story.wait_condition("Accepted", "False", "BotNotFound", of="logs", kind="sidecar")
    assert f"RitsukoBot hal not found in namespace {story.namespace}" in message
    story.bot()
    story.wait_condition("Accepted", "True", "Accepted", of="logs", kind="sidecar")
    story.delete("bot", "hal")
    story.wait_condition("Accepted", "False", "BotNotFound", of="logs", kind="sidecar")


def test_a_sidecar_that_is_re_pointed_leaves_one_bot_and_joins_the_other(story: Story) -> None:
    story.bot("hal")
    story.bot("eve")
    story.sidecar("logs", server="logs", bot="hal")
    eventually(lambda: story.containers("hal") == ["bot", "mcp-logs"], what="it is with hal")
    story.sidecar("logs", server="logs", bot="eve")
    eventually(lambda: story.containers("eve") == ["bot", "mcp-logs"], what="it is with eve")
    eventually(lambda: story.containers("hal") == ["bot"], what="it left hal")
    eventually(
        lambda: story.get("sidecar", "logs").get("status", {}).get("bots") == ["eve"], what="its status names eve"
    )


def test_one_bad_bot_does_not_hold_up_another(story: Story) -> None:
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "bad"}}
    story.create("serviceaccount", account)
    story.bot("bad")
    story.bot("good")
    story.settled("good")
    message = story.wait_condition("Stalled", "True", "NameTaken", of="bad")
    assert f"ServiceAccount {story.namespace}/bad already exists and does not belong to this bot" in message
    assert story.condition("Ready", of="bad")["status"] == "False"
    story.delete("serviceaccount", "bad")
    story.edit("bot", "bad", {"metadata": {"labels": {"try": "again"}}})
    story.wait_condition("Stalled", "False", "Progressing", of="bad")


def test_what_cannot_be_rendered_stalls_and_what_ran_keeps_running(hal: Story) -> None:
    before = hal.template()
    hal.bot(volumes=[{"name": "mcp", "emptyDir": {}}, {"name": "tmp", "emptyDir": {}}])
    message = hal.wait_condition("Stalled", "True", "InvalidSpec")
    assert "the previous version keeps running" in message
    assert hal.template() == before
    hal.bot()
    hal.wait_condition("Stalled", "False", "Progressing")


def test_switching_mcp_off_leaves_a_plain_bot(hal: Story) -> None:
    hal.bot(mcpSidecars={"enabled": False})
    eventually(lambda: hal.containers() == ["bot"], what="a plain bot")
    assert hal.config()["mcpEnabled"] is False
    hal.wait_condition("SidecarsReady", "True", "McpDisabled")
    hal.wait_condition("Accepted", "False", "McpDisabled", of="kubernetes", kind="sidecar")


def test_a_suspended_bot_is_settled_and_not_ready_and_can_be_waited_for(plane: ControlPlane, hal: Story) -> None:
    hal.bot(suspend=True)
    reason = """--for=jsonpath={.status.conditions[?(@.type=="Ready")].reason}=Suspended"""  # as in docs/status.md
    plane.kubectl("wait", reason, "ritsukobot/hal", "-n", hal.namespace, "--timeout=30s")
    hal.wait_condition("Ready", "False", "Suspended")
    hal.wait_condition("Reconciling", "False", "Settled")
    assert hal.condition("Stalled")["status"] == "False"


def test_transitions_are_events_and_lasting_states_are_not(hal: Story) -> None:
    pod = hal.serving("kubernetes")
    hal.wait_condition("Ready", "True", "Ready")
    hal.report(pod, connected=False, servers=[server("kubernetes")])
    hal.wait_condition("Ready", "False", "NotConnected")
    hal.report(pod, connected=False, servers=[server("kubernetes", tools=["get"])])
    eventually(lambda: hal.get("sidecar", "kubernetes")["status"]["tools"] == ["get"], what="the operator saw it")
    eventually(lambda: hal.events("NotConnected") == ["401: wrong API key"], what="exactly one Event")


def test_without_the_monitoring_crds_the_bot_runs_on_and_says_which_one_is_missing(hal: Story) -> None:
    hal.serving("kubernetes")
    hal.bot(monitoring={"podMonitor": True})
    words = "PodMonitor cannot be created: the CRD podmonitors.monitoring.coreos.com is not installed"
    eventually(lambda: words in hal.condition("Ready")["message"], what="the missing CRD is told")
    assert hal.condition("Ready")["status"] == "True"
    assert hal.condition("Stalled")["status"] == "False"
