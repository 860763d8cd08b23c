"""PodMonitor and PrometheusRule at an apiserver that has the Prometheus operator's own CRDs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import ApiError, ControlPlane
from tests.cluster.monitoring import crds
from tests.integration.operator.eventually import eventually
from tests.integration.operator.operator_process import OperatorProcess
from tests.integration.operator.planes import OPERATOR, plane_of_its_own
from tests.integration.operator.story import Story

pytestmark = pytest.mark.controlplane

_PATH = "/apis/monitoring.coreos.com/v1/namespaces/{namespace}/{plural}/hal"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """One of its own: elsewhere it is tested what a bot says where there are no such CRDs."""
    with plane_of_its_own() as plane:
        for file in crds():
            plane.kubectl("create", "-f", str(file))  # too long for the annotation that `apply` keeps
        plane.kubectl("wait", "--for=condition=Established", "crd", "--all")
        yield plane


@pytest.fixture(scope="module")
def operator(plane: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OperatorProcess]:
    credentials = plane.kubeconfig_for_serviceaccount(*OPERATOR)
    with OperatorProcess(credentials, tmp_path_factory.mktemp("operator") / "log") as operator:
        yield operator


@pytest.fixture
def hal(plane: ControlPlane, operator: OperatorProcess) -> Story:
    story = Story(plane)
    story.secret()
    story.sidecar("kubernetes", server="kubernetes")
    story.bot(monitoring={"podMonitor": True, "prometheusRule": True})
    for plural in ("podmonitors", "prometheusrules"):
        eventually(lambda plural=plural: find(plane, story, plural), what=f"one of {plural}")
    story.serving("kubernetes")
    story.wait_condition("Ready", "True", "Ready")
    return story


def find(plane: ControlPlane, story: Story, plural: str) -> dict | None:
    try:
        return plane.api.request("GET", _PATH.format(namespace=story.namespace, plural=plural))
    except ApiError as error:
        if error.status == 404:
            return None
        raise


def test_they_keep_what_is_rendered_and_fit_the_pods(hal: Story, plane: ControlPlane) -> None:
    monitor, rule = (find(plane, hal, plural) for plural in ("podmonitors", "prometheusrules"))
    assert monitor
    assert rule
    pod = hal.get("pod", hal.pod())
    assert monitor["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    ports = {port["name"] for container in pod["spec"]["containers"] for port in container.get("ports", [])}
    assert {endpoint["port"] for endpoint in monitor["spec"]["podMetricsEndpoints"]} <= ports
    alerts = [alert for group in rule["spec"]["groups"] for alert in group["rules"]]
    assert alerts
    selected = re.findall(r'pod=~"([^"]+)"', json.dumps(alerts).replace('\\"', '"'))
    assert selected
    assert all(re.fullmatch(pattern, pod["metadata"]["name"]) for pattern in selected)


def test_once_written_they_are_left_alone_and_drift_is_repaired(
    hal: Story, plane: ControlPlane, operator: OperatorProcess, tmp_path: Path
) -> None:
    credentials = plane.kubeconfig_for_serviceaccount(*OPERATOR)
    before = [find(plane, hal, plural) for plural in ("podmonitors", "prometheusrules")]
    with operator.down(), OperatorProcess(credentials, tmp_path / "log") as restarted:
        eventually(
            lambda: (
                restarted.requests().get(("GET", "podmonitors"), 0)
                and restarted.requests().get(("GET", "prometheusrules"), 0)
            ),
            what="the restarted operator looked at both",
        )
        hal.edit("bot", "hal", {"spec": {"logLevel": "DEBUG"}})
        hal.settled()
        assert [find(plane, hal, plural) for plural in ("podmonitors", "prometheusrules")] == before
    path = _PATH.format(namespace=hal.namespace, plural="podmonitors")
    plane.api.request("DELETE", path)
    hal.edit("bot", "hal", {"spec": {"logLevel": "INFO"}})
    eventually(lambda: find(plane, hal, "podmonitors"), what="the monitor is there again")


def test_what_is_switched_off_goes(hal: Story, plane: ControlPlane) -> None:
    hal.bot(monitoring={"podMonitor": False, "prometheusRule": True})
    eventually(lambda: find(plane, hal, "podmonitors") is None, what="the monitor is gone")
    assert find(plane, hal, "prometheusrules")
