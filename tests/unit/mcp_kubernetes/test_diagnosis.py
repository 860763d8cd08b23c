"""Findings from plain objects: what a real node cannot be made to show in a test, or only slowly."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ritsuko_mcp_common import BackendUnreachable
from ritsuko_mcp_kubernetes.diagnosis import Severity
from ritsuko_mcp_kubernetes.diagnosis.nodes import node_findings
from ritsuko_mcp_kubernetes.diagnosis.pods import pod_findings
from ritsuko_mcp_kubernetes.diagnosis.services import Backend, service_findings
from ritsuko_mcp_kubernetes.diagnosis.storage import claim_findings
from ritsuko_mcp_kubernetes.diagnosis.survey import Survey, workload_of
from ritsuko_mcp_kubernetes.diagnosis.workloads import job_findings, namespace_findings
from tests.unit.mcp_kubernetes.cluster_of import FakeKubernetesClient, server_of

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def ago(**span: float) -> str:
    return (NOW - timedelta(**span)).isoformat()


def pod(name: str = "web-abc-1", *, status: dict[str, Any] | None = None, **metadata: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": "shop", "creationTimestamp": ago(hours=1), **metadata},
        "spec": {"containers": [{"name": "app", "resources": {"limits": {"memory": "64Mi"}}}]},
        "status": {"phase": "Running", **(status or {})},
    }


def running(**state: Any) -> dict[str, Any]:
    container = {"name": "app", "ready": True, "restartCount": 3, "state": {"running": {"startedAt": ago(minutes=30)}}}
    return {"containerStatuses": [{**container, **state}]}


def reasons(item: dict[str, Any]) -> list[str]:
    return [finding.reason for finding in pod_findings(item, NOW)]


def test_a_restart_long_ago_is_no_alarm_and_one_an_hour_ago_is_a_warning() -> None:
    long_ago = {"terminated": {"exitCode": 1, "finishedAt": ago(hours=5)}}
    lately = {"terminated": {"exitCode": 1, "finishedAt": ago(minutes=30)}}
    assert reasons(pod(status=running(lastState=long_ago))) == []
    (finding,) = pod_findings(pod(status=running(lastState=lately)), NOW)
    assert (finding.severity, finding.reason) == (Severity.WARNING, "Restarted")


@pytest.mark.parametrize(
    ("state", "times", "told"),
    [
        ({"terminated": {"exitCode": 3, "finishedAt": ago(seconds=1)}}, 1, "CrashLoop"),
        ({"terminated": {"exitCode": 3, "finishedAt": ago(seconds=1)}}, 0, "Failed"),
        ({"running": {"startedAt": ago(seconds=2)}}, 2, "CrashLoop"),
        ({"running": {"startedAt": ago(seconds=2)}}, 1, "Restarted"),
        ({"running": {"startedAt": ago(seconds=30)}}, 2, "Restarted"),
    ],
)
def test_a_crash_loop_is_one_whatever_the_container_does_at_the_moment(
    state: dict[str, Any], times: int, told: str
) -> None:
    before = {"terminated": {"exitCode": 3, "finishedAt": ago(minutes=1)}}
    assert reasons(pod(status=running(state=state, lastState=before, restartCount=times))) == [told]


def test_a_kill_for_memory_names_the_limit_though_it_runs_again() -> None:
    killed = {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": ago(minutes=2)}}
    (finding,) = pod_findings(pod(status=running(lastState=killed)), NOW)
    assert finding.reason == "OutOfMemory"
    assert "3 times" in finding.cause
    assert "64Mi" in finding.cause


def test_a_pod_that_is_being_ended_in_time_is_no_alarm_but_one_that_hangs_is() -> None:
    assert reasons(pod(deletionTimestamp=ago(seconds=5))) == []
    (finding,) = pod_findings(pod(deletionTimestamp=ago(minutes=9), finalizers=["example.com/backup"]), NOW)
    assert finding.reason == "StuckTerminating"
    assert "example.com/backup" in finding.cause


def test_a_large_image_that_is_being_pulled_is_a_notice_only() -> None:
    waiting = {"name": "app", "state": {"waiting": {"reason": "ContainerCreating"}}}
    status = {"phase": "Pending", "startTime": ago(minutes=3), "containerStatuses": [waiting]}
    (finding,) = pod_findings(pod(status=status), NOW)
    assert finding.severity is Severity.NOTICE


def test_an_image_that_is_not_pulled_has_a_cause_and_an_advice() -> None:
    waiting = {"reason": "ImagePullBackOff", "message": "no match for platform in manifest: not found"}
    (finding,) = pod_findings(pod(status={"containerStatuses": [{"name": "app", "state": {"waiting": waiting}}]}), NOW)
    assert "the image has no build for the node's platform" in finding.cause
    assert finding.advice.startswith("Build it for the node's architecture")


def test_a_silent_node_and_one_under_pressure() -> None:
    def node(**conditions: str) -> dict[str, Any]:
        return {
            "metadata": {"name": "worker-1"},
            "status": {"conditions": [{"type": kind, "status": status} for kind, status in conditions.items()]},
        }

    assert node_findings(node(Ready="True", DiskPressure="False")) == []
    assert node_findings(node(Ready="Unknown"))[0].severity is Severity.CRITICAL
    assert node_findings(node(Ready="True", DiskPressure="True"))[0].reason == "DiskPressure"


def test_a_cron_job_that_succeeded_since_forgives_a_failed_job() -> None:
    failed = {"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "lastTransitionTime": ago(hours=2)}
    owner = [{"kind": "CronJob", "name": "nightly"}]
    job = {"metadata": {"name": "nightly-1", "namespace": "shop", "ownerReferences": owner}}
    job["status"] = {"conditions": [failed]}

    def cron(succeeded: str) -> dict[tuple[str, str], Any]:
        return {("shop", "nightly"): {"status": {"lastSuccessfulTime": succeeded}}}

    assert job_findings(job, cron(ago(hours=1))) == []
    assert job_findings(job, cron(ago(hours=3)))[0].reason == "JobFailed"


def test_a_namespace_that_does_not_end_says_what_holds_it() -> None:
    held = {"type": "NamespaceContentRemaining", "status": "True", "message": "widgets.example.com has 2 instances"}
    item = {"metadata": {"name": "old", "deletionTimestamp": ago(hours=1)}, "status": {"conditions": [held]}}
    assert "widgets.example.com" in namespace_findings(item, NOW)[0].cause


def test_a_service_is_wrong_about_a_number_only_if_its_pods_declare_others() -> None:
    service = {
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }
    silent, other = (Backend(frozenset({("app", "web")}), ports) for ports in ((), (("", 9090),)))
    assert service_findings(service, [silent], []) == []
    assert service_findings(service, [other], [])[0].severity is Severity.WARNING
    assert service_findings(service, [], [silent]) == [], "its workload is scaled to nothing"
    assert service_findings(service, [], [])[0].reason == "NoPods"


def test_a_claim_that_waits_for_a_pod_is_as_it_should_be() -> None:
    claim = {"metadata": {"name": "data"}, "spec": {"storageClassName": "fast"}, "status": {"phase": "Pending"}}
    patient = {"fast": {"volumeBindingMode": "WaitForFirstConsumer"}}
    assert claim_findings(claim, patient, used=False) == []
    assert claim_findings(claim, patient, used=True)[0].reason == "VolumePending"
    assert "StorageClass fast does not exist" in claim_findings(claim, {}, used=False)[0].cause
    assert claim_findings(claim, None, used=False) == [], "classes that may not be read are no reason for an alarm"


def test_fifty_pods_with_one_cause_are_one_problem_of_their_deployment() -> None:
    crashing = running(
        ready=False,
        state={"waiting": {"reason": "CrashLoopBackOff"}},
        lastState={"terminated": {"exitCode": 1, "finishedAt": ago(minutes=1)}},
    )
    owner = [{"kind": "ReplicaSet", "name": "web-abc"}]
    labels = {"pod-template-hash": "abc"}
    pods = [pod(f"web-abc-{n}", status=crashing, ownerReferences=owner, labels=labels) for n in range(50)]
    survey = Survey(NOW)
    survey.take_pods(pods)
    stuck = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
    deployment = {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"replicas": 50}}
    deployment["status"] = {"conditions": [stuck]}
    (problem,) = survey.problems({"deployments": [deployment]})
    assert str(workload_of(pods[0])) == "deployment/web"
    assert (str(problem.subject), problem.pods, problem.finding.reason) == ("deployment/web", 50, "CrashLoop")


@pytest.mark.parametrize("odd", [{}, {"metadata": None, "spec": None, "status": None}, {"status": {"phase": "Odd"}}])
def test_odd_objects_are_no_reason_to_fail(odd: dict[str, Any]) -> None:
    assert pod_findings(odd, NOW) == []


async def test_a_node_that_cannot_be_asked_for_a_log_does_not_cost_the_diagnosis(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Silent(FakeKubernetesClient):
        async def text(self, path: str, query: Mapping[str, str]) -> str:
            raise BackendUnreachable("the API server failed (500): dial tcp: connection refused", "")

    waiting = {"waiting": {"reason": "CrashLoopBackOff"}}
    crashing = {"name": "app", "state": waiting, "lastState": {"terminated": {"exitCode": 3}}, "restartCount": 4}
    cluster = Silent([{"kind": "Pod", **pod(status={"containerStatuses": [crashing]})}])
    answer = await server_of(cluster, monkeypatch).call_tool(
        "diagnose", {"kind": "pod", "name": "web-abc-1", "namespace": "shop"}
    )
    assert not answer.is_error
    assert answer.structured_content is not None
    assert "keeps exiting (4 restarts)" in answer.structured_content["summary"]
    assert any("its log could not be read" in warning for warning in answer.structured_content["warnings"])
