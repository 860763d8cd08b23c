"""An optional sidecar that does not start never holds up the bot, and is tried again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ritsuko_common.rfc3339 import format_rfc3339, parse_rfc3339
from ritsuko_operator.reconcile.kinds import DEPLOYMENT, POD, SIDECAR
from ritsuko_operator.reconcile.pods.optional import Patience
from tests.unit.reconcile.worlds import HAL, NAMESPACE, Object, ObjectRef, World, ended, running, server, waiting

START = "2026-11-24T10:00:00Z"
CRASHED = waiting("mcp-weather", "CrashLoopBackOff", restarts=2, lastState=ended(1))


class Bot(World):
    """A bot with one required and one optional sidecar, whose new pods the optional one fails to start in."""

    def __init__(self) -> None:
        super().__init__()
        self.now = parse_rfc3339(START)
        self.secret("zulip", ZULIP_EMAIL="hal@chat.test", ZULIP_API_KEY="a-key")
        self.bot()
        self.sidecar("kubernetes", server="kubernetes")
        self.weather()

    def weather(self, **spec: Any) -> None:
        self.sidecar("weather", image="weather:1", port=9000, optional=True, **spec)

    def pass_time(self, seconds: float) -> None:
        self.now = self.now + timedelta(seconds=seconds)

    def rolls_out(self, name: str, *others: Object) -> None:
        """A new pod as the template wants it, which is not available yet."""
        template = self.live(DEPLOYMENT, "hal")["spec"]["template"]
        self.pod(
            name, [running("bot"), running("mcp-kubernetes"), *others], created=format_rfc3339(self.now), template=name
        )
        live = self.live_pod(name)
        live["spec"] = {**template["spec"], "nodeName": "node-1"}
        live["metadata"]["labels"] |= template["metadata"]["labels"]
        live["metadata"]["annotations"] = dict(template["metadata"]["annotations"])
        self.put(self.pod_ref(name), live)
        self.rolled_out(reason="ReplicaSetUpdated", updatedReplicas=1, availableReplicas=0)

    def live_pod(self, name: str) -> Object:
        return self.objects[self.pod_ref(name)]

    def pod_ref(self, name: str) -> ObjectRef:
        return ObjectRef(POD, NAMESPACE, name)

    def containers(self) -> list[str]:
        return [one["name"] for one in self.live(DEPLOYMENT, "hal")["spec"]["template"]["spec"]["containers"]]

    def line(self) -> Object:
        lines = self.live(HAL.ref.kind, "hal")["status"]["sidecars"]
        return next(line for line in lines if line["name"] == "weather")

    async def left_out(self) -> None:
        await self.reconcile()
        self.rolls_out("hal-1", CRASHED)
        self.pass_time(60)
        await self.reconcile()
        assert self.containers() == ["bot", "mcp-kubernetes"]
        self.remove(self.pod_ref("hal-1"))  # the rollout was taken back


@pytest.fixture
def bot() -> Bot:
    return Bot()


async def test_it_is_left_out_after_its_time_and_the_status_says_why_and_when_it_is_tried_again(bot: Bot) -> None:
    await bot.reconcile()
    assert bot.containers() == ["bot", "mcp-kubernetes", "mcp-weather"]
    bot.rolls_out("hal-1", CRASHED)
    bot.pass_time(59)
    assert await bot.bots.reconcile(HAL) == 1  # it comes back when the time is over
    assert bot.containers() == ["bot", "mcp-kubernetes", "mcp-weather"]
    bot.pass_time(1)
    writes = await bot.reconcile()
    assert bot.containers() == ["bot", "mcp-kubernetes"]
    assert writes.index("status RitsukoBot hal") < writes.index("apply Deployment hal")  # told before it is done
    line = bot.line()
    assert (line["phase"], line["attempts"], line["retryTime"]) == ("LeftOut", 1, "2026-11-24T10:02:00Z")
    assert line["message"].startswith(
        "it did not start, so the bot runs without it; next retry at 2026-11-24T10:02:00Z, or when its spec "
        "changes: it exited with code 1"
    )
    (event,) = [event for event in bot.events if event.reason == "SidecarLeftOut"]
    assert event.note == f"weather: {line['message']}"
    assert await bot.reconcile() == []


async def test_what_it_would_read_does_not_roll_the_pods_that_run_without_it(bot: Bot) -> None:
    bot.weather(envFrom=[{"secretRef": {"name": "weather"}}])
    bot.secret("weather", KEY="one")
    await bot.left_out()
    bot.secret("weather", KEY="two")
    assert "apply Deployment hal" not in await bot.reconcile()


async def test_the_bot_is_ready_without_it_and_says_so(bot: Bot) -> None:
    await bot.left_out()
    bot.rolls_out("hal-2")
    bot.rolled_out()
    revision = bot.live(HAL.ref.kind, "hal")["status"]["configRevision"]
    bot.report("hal-2", revision=revision, servers=[server("kubernetes")])
    await bot.reconcile("weather")
    ready, sidecars = bot.condition("Ready"), bot.condition("SidecarsReady")
    assert (ready["status"], ready["reason"]) == ("True", "Ready")
    assert "1 of 2 sidecars ready; optional: weather: it did not start" in ready["message"]
    assert (sidecars["status"], sidecars["reason"]) == ("False", "OptionalLeftOut")
    told = bot.condition("Ready", "weather", SIDECAR)
    assert (told["status"], told["reason"]) == ("False", "LeftOut")


async def test_it_is_tried_again_at_growing_intervals_and_the_count_survives_a_new_operator(bot: Bot) -> None:
    await bot.left_out()
    waited: list[float] = []
    for attempt in range(2, 10):
        bot.rolls_out(f"good-{attempt}")
        bot.rolled_out()
        await bot.reconcile()
        bot.bots = bot.reconciler()  # an operator that has just started
        again = await bot.bots.reconcile(HAL)
        assert again is not None
        waited.append(again)
        bot.pass_time(again)
        await bot.reconcile()
        assert bot.containers() == ["bot", "mcp-kubernetes", "mcp-weather"]
        assert (bot.line()["phase"], bot.line()["attempts"], "retryTime" in bot.line()) == (
            "Starting",
            attempt - 1,
            False,
        )
        bot.rolls_out(f"bad-{attempt}", CRASHED)
        bot.pass_time(60)
        await bot.reconcile()
        assert bot.containers() == ["bot", "mcp-kubernetes"]
        assert bot.line()["attempts"] == attempt
        assert f"{attempt} times in a row" in bot.line()["message"]
        bot.remove(bot.pod_ref(f"bad-{attempt}"))
    assert waited == [60, 120, 240, 480, 960, 1920, 3600, 3600]


async def test_one_that_starts_at_last_is_forgiven_everything(bot: Bot) -> None:
    await bot.left_out()
    bot.pass_time(60)
    await bot.reconcile()
    bot.rolls_out("hal-2", running("mcp-weather"))
    bot.rolled_out()
    bot.report("hal-2", servers=[server("kubernetes"), server("weather")])
    await bot.reconcile()
    line = bot.line()
    assert (line["phase"], line["attempts"], line.get("generation")) == ("Ready", 0, None)


async def test_a_change_of_its_spec_tries_it_at_once_and_counts_anew(bot: Bot) -> None:
    await bot.left_out()
    bot.weather(args=["--other"])
    await bot.reconcile()
    assert bot.containers() == ["bot", "mcp-kubernetes", "mcp-weather"]
    assert bot.line()["attempts"] == 0
    # a pod from before is still there, and says nothing about the new spec
    bot.pod("hal-1", [running("bot"), running("mcp-kubernetes"), CRASHED])
    bot.rolled_out(reason="ReplicaSetUpdated", updatedReplicas=0, availableReplicas=1)
    bot.pass_time(600)
    await bot.reconcile()
    assert "mcp-weather" in bot.containers()


async def test_another_resources_change_does_not_try_it(bot: Bot) -> None:
    await bot.left_out()
    bot.bot(logLevel="DEBUG")
    await bot.reconcile()
    assert bot.containers() == ["bot", "mcp-kubernetes"]


@pytest.mark.parametrize("broken", ["bot", "mcp-kubernetes"])
async def test_it_is_not_blamed_while_something_else_does_not_start_either(bot: Bot, broken: str) -> None:
    await bot.reconcile()
    bot.rolls_out("hal-1", CRASHED)
    live = bot.live_pod("hal-1")
    statuses = live["status"]["containerStatuses"]
    live["status"]["containerStatuses"] = [
        waiting(broken, "ErrImagePull", "not found") if status["name"] == broken else status for status in statuses
    ]
    bot.put(bot.pod_ref("hal-1"), live)
    bot.pass_time(600)
    await bot.reconcile()
    assert "mcp-weather" in bot.containers()


async def test_one_that_breaks_after_the_rollout_came_through_is_told_and_stays(bot: Bot) -> None:
    await bot.reconcile()
    bot.rolls_out("hal-1", CRASHED)
    bot.rolled_out(availableReplicas=0)
    bot.pass_time(600)
    await bot.reconcile()
    assert "mcp-weather" in bot.containers()
    assert bot.line()["phase"] == "Failed"


async def test_a_required_sidecar_is_never_left_out(bot: Bot) -> None:
    bot.sidecar("weather", image="weather:1", port=9000)
    await bot.reconcile()
    bot.rolls_out("hal-1", CRASHED)
    bot.pass_time(3600)
    await bot.reconcile()
    assert "mcp-weather" in bot.containers()
    assert bot.condition("Reconciling")["reason"] == "RolloutFailing"


async def test_a_try_that_hangs_for_want_of_a_node_is_taken_back_with_the_rollouts_deadline(bot: Bot) -> None:
    await bot.left_out()
    bot.pass_time(60)
    await bot.reconcile()
    bot.rolls_out("hal-2", waiting("mcp-weather", "ContainerCreating"))
    live = bot.live_pod("hal-2")
    live["status"]["containerStatuses"][0] = waiting("bot", "ContainerCreating")
    bot.put(bot.pod_ref("hal-2"), live)
    bot.pass_time(300)
    bot.rolled_out(reason="ProgressDeadlineExceeded", updatedReplicas=1, availableReplicas=0)
    await bot.reconcile()
    assert bot.containers() == ["bot", "mcp-kubernetes"]
    assert bot.line()["attempts"] == 2


def test_the_intervals() -> None:
    patience = Patience()
    assert [patience.retry_after(attempts) for attempts in (1, 2, 3, 7, 60)] == [60, 120, 240, 3600, 3600]
