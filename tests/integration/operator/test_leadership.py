"""Two operators, one Lease: one works, the other takes over with nothing left undone."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.story import Story

pytestmark = pytest.mark.controlplane

_DURATION = 4


class Candidate(OperatorProcess):
    """An operator that leads or stands by."""

    def leads(self) -> bool:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/metrics", timeout=5) as answer:
            found = re.search(r"^ritsuko_operator_leader (\S+)$", answer.read().decode(), re.MULTILINE)
        assert found is not None
        return float(found[1]) == 1

    def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        self._process.wait()

    def written(self) -> int:
        """How many requests that change something it has sent, but for those about the Lease."""
        return sum(
            count
            for (verb, resource), count in self.requests().items()
            if verb not in ("GET", "LIST", "DISCOVER") and resource != "leases"
        )


@pytest.fixture
def pair(operator: OperatorProcess, credentials: Path, story: Story, tmp_path: Path) -> Iterator[list[Candidate]]:
    """The one that leads and the one that stands by; the operator of the other stories is down."""
    settings = {
        "RITSUKO_LEADER_ELECTION": "true",
        "RITSUKO_LEASE_NAMESPACE": story.namespace,
        "RITSUKO_LEASE_DURATION": str(_DURATION),
        "RITSUKO_LEASE_RENEW_DEADLINE": "3",
        "RITSUKO_LEASE_RETRY_PERIOD": "0.5",
    }
    with operator.down(), ExitStack() as running:
        candidates = [
            running.enter_context(Candidate(credentials, tmp_path / name, POD_NAME=name, **settings))
            for name in ("first", "second")
        ]
        eventually(lambda: any(one.leads() for one in candidates), what="one leads")
        yield sorted(candidates, key=lambda one: not one.leads())


def test_only_the_leader_writes_and_who_stands_by_is_ready(pair: list[Candidate], story: Story) -> None:
    leader, standby = pair
    story.bot()
    story.settled()
    assert standby.ready()
    assert (leader.leads(), standby.leads()) == (True, False)
    assert leader.written() > 0
    assert standby.written() == 0


def test_what_was_changed_while_nobody_led_is_repaired_by_who_takes_over(pair: list[Candidate], story: Story) -> None:
    leader, standby = pair
    story.bot()
    story.settled()
    leader.kill()
    story.delete("role", "hal")
    story.edit("deployment", "hal", {"spec": {"progressDeadlineSeconds": 17}})
    eventually(standby.leads, within=_DURATION + 10, what="the other leads")
    eventually(lambda: story.exists("role", "hal"), what="the role is there again")
    eventually(
        lambda: story.get("deployment", "hal")["spec"]["progressDeadlineSeconds"] != 17, what="the edit is taken back"
    )


def test_a_leader_that_stops_hands_over_at_once(pair: list[Candidate]) -> None:
    leader, standby = pair
    leader.stop()
    eventually(standby.leads, within=_DURATION - 1, what="the other leads before the Lease could expire")


def test_a_leader_that_hung_ends_without_a_write_when_it_wakes_up(pair: list[Candidate], story: Story) -> None:
    leader, standby = pair
    story.bot()
    story.settled()
    with leader.frozen():
        eventually(standby.leads, within=_DURATION + 10, what="the other leads")
        story.delete("role", "hal")
        eventually(lambda: story.exists("role", "hal"), what="the role is there again")
        version = story.get("role", "hal")["metadata"]["resourceVersion"]
    eventually(lambda: leader.exit_code() is not None, what="it ends")
    assert leader.exit_code() == 1
    assert story.get("role", "hal")["metadata"]["resourceVersion"] == version
