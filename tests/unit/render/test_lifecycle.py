"""A server's container ends after the bot."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.render.resources import bot, containers, rendered, sidecar

LONG_ENOUGH = {"sleep": {"seconds": 8}}
OTHER = {"exec": {"command": ["/bin/stop"]}}


def hooks(grace: int | None = None, **spec: Any) -> Any:
    patch = {} if grace is None else {"podTemplate": {"spec": {"terminationGracePeriodSeconds": grace}}}
    pod = rendered(bot(**patch), sidecar("a", image="x", port=9000, **spec))
    return containers(pod)["mcp-a"].get("lifecycle")


def test_it_waits_for_the_bot_to_end() -> None:
    assert hooks() == {"preStop": LONG_ENOUGH}


def test_the_bot_waits_for_nobody() -> None:
    assert "lifecycle" not in containers(rendered(bot(), sidecar("a", server="logs")))["bot"]


def test_a_hook_of_the_user_s_stays_and_the_other_comes_with_it() -> None:
    assert hooks(lifecycle={"preStop": OTHER}) == {"preStop": OTHER}
    assert hooks(lifecycle={"postStart": OTHER}) == {"postStart": OTHER, "preStop": LONG_ENOUGH}


@pytest.mark.parametrize(
    ("grace", "expected"),
    [(60, LONG_ENOUGH), (8, LONG_ENOUGH), (3, {"sleep": {"seconds": 3}}), (1, {"sleep": {"seconds": 1}})],
)
def test_it_does_not_wait_longer_than_the_pod_has(grace: int, expected: object) -> None:
    assert hooks(grace) == {"preStop": expected}


def test_a_pod_that_ends_at_once_has_nothing_to_wait_for() -> None:
    assert hooks(0) is None


def test_a_native_one_is_ended_after_the_bot_anyway() -> None:
    pod = rendered(bot(), sidecar("a", server="logs", native=True))
    natives = pod["Deployment"]["spec"]["template"]["spec"]["initContainers"]
    assert ["lifecycle" in container for container in natives] == [False]
