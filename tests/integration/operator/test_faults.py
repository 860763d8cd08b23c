"""When the apiserver goes away, or the watches fail, nothing is lost."""

from __future__ import annotations

import socket
import urllib.parse
from pathlib import Path

import pytest

from tests.cluster import ControlPlane, control_plane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.story import Story

pytestmark = pytest.mark.controlplane


def test_an_apiserver_that_was_killed_comes_back_and_changes_arrive(
    plane: ControlPlane, operator: OperatorProcess, story: Story
) -> None:
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    story.settled()
    cut_power(plane)
    story.sidecar("kubernetes", server="kubernetes", tools={"allow": ["get"]})
    story.delete("role", "hal")
    eventually(
        lambda: story.config()["mcpServers"]["kubernetes"].get("tools") == {"allow": ["get"]},
        within=60,
        what="the change arrives",
    )
    eventually(lambda: story.exists("role", "hal"), within=120, what="the drift is repaired")
    assert operator.healthy()


def test_what_was_deleted_while_no_watch_was_open_is_made_again(
    plane: ControlPlane, operator: OperatorProcess, credentials: Path, story: Story, tmp_path: Path
) -> None:
    with (
        operator.down(),
        OperatorProcess(credentials, tmp_path / "log", RITSUKO_RESYNC_PERIOD="2") as listing,
    ):
        story.bot()
        story.settled()
        with listing.frozen():
            cut_power(plane)
            story.delete("role", "hal")
            story.delete("rolebinding", "hal")
        eventually(lambda: story.exists("role", "hal"), within=60, what="the role is there again")
        eventually(lambda: story.exists("rolebinding", "hal"), within=60, what="the binding is there again")


def test_a_signal_ends_it_cleanly(credentials: Path, operator: OperatorProcess, tmp_path: Path) -> None:
    with operator.down():
        another = OperatorProcess(credentials, tmp_path / "log")
        with another:
            pass
        assert another.exit_code() == 0
        assert '"message": "stopped"' in another.log_text()


def test_it_waits_for_its_crds_and_ends_when_they_go_instead_of_living_on_deaf(tmp_path: Path) -> None:
    crds = Path(__file__).parents[3] / "crds"
    with control_plane() as plane:
        operator = OperatorProcess(plane.kubeconfig, tmp_path / "log")
        operator.start()
        try:
            eventually(lambda: "cannot list yet" in operator.log_text(), within=60, what="it says what it waits for")
            assert operator.exit_code() is None
            for name in ("ritsukobots", "mcpsidecars"):
                plane.kubectl("apply", "-f", str(crds / f"{name}.yaml"))
            eventually(operator.ready, within=60, what="it is ready with the CRDs")
            story = Story(plane)
            story.secret()
            story.bot()
            story.settled()
            plane.kubectl("delete", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev")
            eventually(lambda: operator.exit_code() is not None, within=120, what="it ends")
            assert operator.exit_code() == 1
        finally:
            operator.stop()


def cut_power(plane: ControlPlane) -> None:
    """Kills the apiserver and starts it again."""
    plane.kill_apiserver()
    eventually(lambda: port_is_free(plane.url), what="the kernel has given the killed server's port back")
    plane.start_apiserver()


def port_is_free(url: str) -> bool:
    place = urllib.parse.urlsplit(url)
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.hostname, place.port))
        except OSError:
            return False
    return True
