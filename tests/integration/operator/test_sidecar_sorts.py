"""Sidecars of every sort: each that cannot run says why, and the bot runs on; one that is optional holds nothing up."""

from __future__ import annotations

import pytest

from tests.integration.operator.eventually import eventually
from tests.integration.operator.story import Story, ended, running, server, waiting

pytestmark = [pytest.mark.controlplane, pytest.mark.usefixtures("operator")]

CRASHED = waiting("mcp-weather", "CrashLoopBackOff", restarts=2, last=ended(1))


@pytest.mark.parametrize(
    ("spec", "reason", "words"),
    [
        ({"port": 8081}, "PortTaken", "port 8081 is taken by sidecar kubernetes: choose another `port`"),
        (
            {"port": 9000, "portName": "http"},
            "PortNameTaken",
            "the port name http is taken by the bot itself: choose another `portName`",
        ),
        (
            {"port": 9000, "volumes": [{"name": "mcp-config", "emptyDir": {}}]},
            "VolumeTaken",
            "the volume name mcp-config is taken by the bot itself",
        ),
        (
            {"port": 9000, "volumeMounts": [{"name": "data", "mountPath": "/data"}]},
            "VolumeMissing",
            "the volume data to mount at /data does not exist",
        ),
        ({"port": 9000, "enabled": False}, "Disabled", "`enabled` is false"),
    ],
)
def test_one_that_cannot_run_says_why_and_the_bot_runs_on(hal: Story, spec: dict, reason: str, words: str) -> None:
    hal.sidecar("weather", image="example.test/weather:1", **spec)
    assert words in hal.wait_condition("Accepted", "False", reason, of="weather", kind="sidecar")
    assert words in hal.wait_condition("Ready", "False", reason, of="weather", kind="sidecar")
    eventually(lambda: hal.line("weather")["phase"] in ("NotAccepted", "Disabled"), what="its line")
    assert hal.condition("Ready")["status"] == "True"
    assert hal.containers() == ["bot", "mcp-kubernetes"]
    hal.sidecar("weather", image="example.test/weather:1", port=9000)
    hal.wait_condition("Accepted", "True", "Accepted", of="weather", kind="sidecar")
    eventually(lambda: hal.containers() == ["bot", "mcp-kubernetes", "mcp-weather"], what="it runs now")


def test_one_without_a_bot_says_whether_it_names_a_wrong_one_or_none(hal: Story) -> None:
    hal.sidecar("lost", bot="eve", server="logs")
    message = hal.wait_condition("Accepted", "False", "BotNotFound", of="lost", kind="sidecar")
    assert message == f"RitsukoBot eve not found in namespace {hal.namespace}: create it, or correct `botRef`"
    hal.sidecar("lost", bot=None, server="logs")
    assert "set `botRef`" in hal.wait_condition("Accepted", "False", "NoBot", of="lost", kind="sidecar")
    hal.bot(mcpSidecars={"selector": {"matchLabels": {"team": "sre"}}})
    hal.sidecar("lost", bot=None, server="logs", labels={"team": "sre"})
    hal.wait_condition("Accepted", "True", "Accepted", of="lost", kind="sidecar")


def test_with_mcp_switched_off_each_says_so(hal: Story) -> None:
    hal.bot(mcpSidecars={"enabled": False})
    message = hal.wait_condition("Accepted", "False", "McpDisabled", of="kubernetes", kind="sidecar")
    assert "set its mcpSidecars.enabled to true" in message
    assert hal.wait_line("kubernetes", "Disabled") == message


def test_the_status_of_one_that_is_re_pointed_follows_it(hal: Story) -> None:
    hal.bot("eve")
    hal.wait_condition("Ready", "True", "Ready", of="kubernetes", kind="sidecar")
    hal.sidecar("kubernetes", server="kubernetes", bot="eve")
    message = hal.wait_condition("Ready", "False", "Starting", of="kubernetes", kind="sidecar")
    assert message.startswith("eve: ")
    assert hal.get("sidecar", "kubernetes")["status"]["bots"] == ["eve"]
    eventually(lambda: hal.get("bot", "hal")["status"].get("sidecars", []) == [], what="hal speaks of it no more")
    eventually(lambda: hal.containers() == ["bot"], what="it left hal")
    eve = eventually(lambda: hal.pod("eve"), what="a pod of eve")
    hal.pod_status(eve, running("bot"), running("mcp-kubernetes"))
    hal.report(eve, bot="eve", servers=[server("kubernetes")])
    hal.wait_condition("Ready", "True", "Ready", of="kubernetes", kind="sidecar")


def test_one_that_several_bots_use_is_as_ready_as_it_is_where_it_is_worst_off(hal: Story) -> None:
    taking = {"selector": {"matchLabels": {"shared": "yes"}}}
    hal.sidecar("kubernetes", server="kubernetes", labels={"shared": "yes"})
    hal.bot("eve", mcpSidecars=taking)
    eventually(lambda: hal.get("sidecar", "kubernetes")["status"]["bots"] == ["eve", "hal"], what="both bots")
    assert hal.condition("Accepted", of="kubernetes", kind="sidecar")["message"] == "used by eve, hal"
    assert "eve: " in hal.wait_condition("Ready", "False", "Starting", of="kubernetes", kind="sidecar")
    eve = eventually(lambda: hal.pod("eve"), what="a pod of eve")
    hal.pod_status(eve, running("bot"), waiting("mcp-kubernetes", "CrashLoopBackOff", restarts=1, last=ended(3)))
    message = hal.wait_condition("Ready", "False", "Failed", of="kubernetes", kind="sidecar")
    assert message.startswith("eve: it exited with code 3")
    hal.pod_status(eve, running("bot"), running("mcp-kubernetes"))
    hal.report(eve, bot="eve", servers=[server("kubernetes")])
    hal.wait_condition("Ready", "True", "Ready", of="kubernetes", kind="sidecar")
    hal.bot("eve", mcpSidecars={**taking, "enabled": False})
    eventually(lambda: hal.get("sidecar", "kubernetes")["status"]["bots"] == ["hal"], what="only hal is left")
    accepted = hal.wait_condition("Accepted", "True", "Accepted", of="kubernetes", kind="sidecar")
    assert accepted.startswith("used by hal; not used by eve: MCP is disabled for bot eve")


def test_an_optional_one_that_does_not_start_is_left_out_and_tried_again(hal: Story) -> None:
    first = hal.pod()
    hal.sidecar("weather", image="example.test/weather:1", port=9000, optional=True)
    eventually(lambda: hal.containers() == ["bot", "mcp-kubernetes", "mcp-weather"], what="it is tried")
    trying = eventually(lambda: hal.pod(), what="the new pod")
    assert trying != first
    hal.pod_status(trying, running("bot"), running("mcp-kubernetes"), CRASHED)
    assert "it exited with code 1" in hal.wait_line("weather", "LeftOut")
    assert hal.line("weather")["attempts"] == 1
    assert hal.line("weather")["retryTime"]
    eventually(lambda: hal.containers() == ["bot", "mcp-kubernetes"], what="it is left out")
    assert hal.condition("Ready")["status"] == "True"
    hal.wait_condition("Ready", "False", "LeftOut", of="weather", kind="sidecar")
    # time passes
    eventually(lambda: hal.containers() == ["bot", "mcp-kubernetes", "mcp-weather"], what="it is tried again")
    assert hal.exists("pod", first)  # and the pod that serves is still there
    again = eventually(lambda: hal.pod(), what="another pod")
    hal.pod_status(again, running("bot"), running("mcp-kubernetes"), running("mcp-weather"))
    hal.report(again, servers=[server("kubernetes"), server("weather")])
    hal.wait_line("weather", "Ready")
    eventually(lambda: hal.line("weather")["attempts"] == 0, what="it is forgiven")
    hal.wait_condition("SidecarsReady", "True", "AllReady")


def test_a_change_of_the_spec_tries_an_optional_one_at_once(hal: Story) -> None:
    hal.sidecar("weather", image="example.test/weather:1", port=9000, optional=True)
    eventually(lambda: "mcp-weather" in hal.containers(), what="it is tried")
    hal.pod_status(hal.pod(), running("bot"), running("mcp-kubernetes"), CRASHED)
    hal.wait_line("weather", "LeftOut")
    hal.sidecar("weather", image="example.test/weather:2", port=9000, optional=True)
    eventually(lambda: "weather:2" in str(hal.template()), what="the new image is tried")
    eventually(lambda: hal.line("weather")["phase"] == "Starting", what="its line")
    assert hal.line("weather")["attempts"] == 0
