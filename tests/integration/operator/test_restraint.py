"""Nothing changed means nothing written; what changed is written once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.planes import OPERATOR, plane_of_its_own
from tests.integration.operator.story import Story

pytestmark = pytest.mark.controlplane


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """One of its own: what other tests left behind may change by the passing of time, and be rightly written."""
    with plane_of_its_own() as plane:
        yield plane


@pytest.fixture(scope="module")
def credentials(plane: ControlPlane) -> Path:
    return plane.kubeconfig_for_serviceaccount(*OPERATOR)


@pytest.fixture(scope="module")
def operator(credentials: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatorProcess]:
    with OperatorProcess(credentials, tmp_path_factory.mktemp("operator") / "log") as operator:
        yield operator


@pytest.fixture
def busy(operator: OperatorProcess, story: Story) -> Iterator[Story]:
    """A bot that works; the operator of the other stories is down when this one goes on."""
    story.sidecar("kubernetes", server="kubernetes")
    story.sidecar("logs", server="logs")
    story.bot(rbac={"scope": "Cluster"})
    eventually(lambda: len(story.containers()) == 3, what="all containers")
    story.serving("kubernetes", "logs")
    story.wait_condition("Ready", "True", "Ready")
    for name in ("kubernetes", "logs"):
        story.wait_condition("Ready", "True", "Ready", of=name, kind="sidecar")
    with operator.down():
        yield story


def looked_around(operator: OperatorProcess, times: int = 3) -> None:
    """Waits until it has listed everything, and read the bot's Secrets, several times more."""
    start = operator.requests()

    def more() -> bool:
        now = operator.requests()
        looks = [("LIST", "ritsukobots"), ("LIST", "pods"), ("GET", "secrets")]
        return all(now.get(look, 0) >= start.get(look, 0) + times for look in looks)

    eventually(more, within=60, what="several rounds of looking")


def test_an_operator_that_starts_and_finds_nothing_changed_writes_nothing(
    busy: Story, credentials: Path, tmp_path: Path
) -> None:
    before = versions(busy)
    with OperatorProcess(credentials, tmp_path / "log", RITSUKO_RESYNC_PERIOD="1") as restarted:
        looked_around(restarted)
        assert restarted.changes() == {}
    assert versions(busy) == before


def test_drift_made_while_it_was_down_is_repaired_with_one_write_for_each_child(
    busy: Story, credentials: Path, tmp_path: Path
) -> None:
    busy.edit(
        "deployment", "hal", {"spec": {"template": {"spec": {"containers": [{"name": "bot", "image": "evil:1"}]}}}}
    )
    busy.delete("configmap", "hal-mcp")
    with OperatorProcess(credentials, tmp_path / "log", RITSUKO_RESYNC_PERIOD="1") as restarted:
        eventually(lambda: busy.exists("configmap", "hal-mcp"), what="the config is there again")
        eventually(lambda: len(busy.containers()) == 3, what="the deployment is put back")
        looked_around(restarted)
        requests = restarted.requests()
    assert requests["APPLY", "deployments"] == 1
    assert requests["APPLY", "configmaps"] == 1
    assert not {what for what in requests if what[0] in ("APPLY", "DELETE") and what[1] in ("secrets", "roles")}


def test_a_bot_deleted_while_it_was_down_is_cleared_up_after(busy: Story, credentials: Path, tmp_path: Path) -> None:
    busy.delete("bot", "hal")
    binding = f"ritsuko:{busy.namespace}:hal-reader"
    assert busy.exists("clusterrolebinding", binding)
    with OperatorProcess(credentials, tmp_path / "log"):
        eventually(lambda: not busy.exists("clusterrolebinding", binding), what="the cluster-wide binding is gone")


def versions(story: Story) -> dict[str, str]:
    """The resource version of everything in the story."""
    found = {"bot": story.get("bot", "hal"), "deployment": story.get("deployment", "hal")}
    found |= {name: story.get("sidecar", name) for name in ("kubernetes", "logs")}
    found |= {name: story.get(name, "hal") for name in ("serviceaccount", "role", "rolebinding")}
    found |= {"config": story.get("configmap", "hal-mcp"), "tokens": story.get("secret", "hal-mcp-tokens")}
    return {name: live["metadata"]["resourceVersion"] for name, live in found.items()}
