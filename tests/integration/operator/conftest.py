"""The operator of these tests: one process for all stories, with the rights that `manifests/` gives it and no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.story import Story

BASE = Path(__file__).parents[3] / "manifests" / "base"


@pytest.fixture(scope="package")
def credentials(plane: ControlPlane) -> Path:
    """A kubeconfig of the operator's own ServiceAccount."""
    for name in ("namespace", "service-account", "role", "cluster-role", "reader-role", "bindings"):
        plane.kubectl("apply", "-f", str(BASE / f"{name}.yaml"))
    return plane.kubeconfig_for_serviceaccount("ritsuko-system", "ritsuko-operator")


@pytest.fixture(scope="package")
def operator(credentials: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatorProcess]:
    with OperatorProcess(credentials, tmp_path_factory.mktemp("operator") / "log") as operator:
        yield operator
        defects = [line for line in operator.log_text().splitlines() if "reconciling it failed" in line]
        assert defects == []


@pytest.fixture
def story(plane: ControlPlane) -> Iterator[Story]:
    """A namespace with the credentials Secret in it. Its bots end with it: what has not started within two minutes
    gets a new status then, and a later story may be one about nothing being written."""
    story = Story(plane)
    story.secret()
    yield story
    for bot in story.items("bot"):
        story.delete("bot", bot["metadata"]["name"])


@pytest.fixture
def hal(story: Story) -> Story:
    """A bot that works, with one server."""
    story.sidecar("kubernetes", server="kubernetes")
    story.bot()
    eventually(lambda: story.containers() == ["bot", "mcp-kubernetes"], what="both containers")
    story.serving("kubernetes")
    story.wait_condition("Ready", "True", "Ready")
    return story
