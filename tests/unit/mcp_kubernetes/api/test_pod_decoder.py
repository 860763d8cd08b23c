"""What is left of a pod by the decoder is all that is looked at: findings are those of the whole pod."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ritsuko_mcp_kubernetes.api import pod_decoder
from ritsuko_mcp_kubernetes.diagnosis.pods import pod_findings
from ritsuko_mcp_kubernetes.diagnosis.survey import Survey
from ritsuko_mcp_kubernetes.objects.pod_requests import PodRequests

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(minutes=30)).isoformat()
LIMITS = {"limits": {"memory": "64Mi"}, "requests": {"cpu": "250m"}}
DIED = {"terminated": {"exitCode": 3, "message": "no disk", "finishedAt": LONG_AGO}}
KILLED = {"terminated": {"exitCode": 137, "reason": "OOMKilled", "finishedAt": LONG_AGO}}
RUNS = {"running": {"startedAt": LONG_AGO}}


def app(**fields: Any) -> dict[str, Any]:
    return {"name": "app", "image": "web:1", "resources": LIMITS, "env": [{"name": "A", "value": "b"}], **fields}


def status(**fields: Any) -> dict[str, Any]:
    return {"name": "app", "image": "web:1", "imageID": "x", "ready": False, "restartCount": 4, **fields}


def pod(container: dict[str, Any], *states: dict[str, Any], meta: Any = None, spec: Any = None, **fields: Any) -> Any:
    return {
        "metadata": {
            "name": "web-1",
            "namespace": "shop",
            "labels": {"app": "web", "pod-template-hash": "abc"},
            "creationTimestamp": LONG_AGO,
            "ownerReferences": [{"kind": "ReplicaSet", "name": "web-abc", "uid": "1"}],
            "managedFields": [{"manager": "kubelet"}],
            **(meta or {}),
        },
        "spec": {"containers": [container], "nodeName": "n", **(spec or {})},
        "status": {"phase": "Running", "containerStatuses": list(states), **fields},
    }


PODS = {
    "crash loop": pod(app(), status(state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState=DIED)),
    "out of memory": pod(app(), status(state=RUNS, lastState=KILLED)),
    "no image": pod(app(), status(state={"waiting": {"reason": "ImagePullBackOff", "message": "not found"}})),
    "readiness": pod(app(readinessProbe={"httpGet": {"path": "/r", "port": 80}}), status(state=RUNS)),
    "start": pod(app(startupProbe={"exec": {"command": ["x y"]}}), status(state=RUNS, started=False)),
    "init": pod(
        app(),
        spec={"initContainers": [{"name": "init", "restartPolicy": "Always", "resources": LIMITS}]},
        initContainerStatuses=[{"name": "init", "state": {"waiting": {"reason": "CrashLoopBackOff"}}}],
    ),
    "evicted": pod(app(), phase="Failed", reason="Evicted", message="no disk left", startTime=LONG_AGO),
    "no room": pod(
        app(),
        phase="Pending",
        conditions=[{"type": "PodScheduled", "status": "False", "message": "Insufficient cpu", "lastProbeTime": None}],
    ),
    "not created": pod(app(), status(state={"waiting": {"reason": "ContainerCreating"}}), phase="Pending"),
    "going": pod(app(), meta={"deletionTimestamp": LONG_AGO, "finalizers": ["example.com/hold"]}),
    "well": pod(app(), status(state=RUNS, ready=True, restartCount=0), meta={"labels": None, "ownerReferences": None}),
}


def decoded(pod: Any) -> Any:
    (item,) = pod_decoder.decode(json.dumps({"kind": "PodList", "metadata": {}, "items": [pod]}).encode())["items"]
    return item


@pytest.mark.parametrize("name", PODS)
def test_findings_are_those_of_the_whole_pod(name: str) -> None:
    found = pod_findings(decoded(PODS[name]), NOW)
    assert found == pod_findings(PODS[name], NOW)
    assert bool(found) is (name != "well")


@pytest.mark.parametrize("name", PODS)
def test_what_it_asks_for_is_that_of_the_whole_pod(name: str) -> None:
    whole, part = PodRequests(), PodRequests()
    whole.add(PODS[name])
    part.add(decoded(PODS[name]))
    assert part == whole
    assert part.cpu > 0


def test_owners_ports_and_claims_are_known() -> None:
    web = pod(
        app(ports=[{"name": "http", "containerPort": 8080}]),
        status(state={"waiting": {"reason": "CrashLoopBackOff"}}, lastState=DIED),
        spec={"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "disk"}}]},
    )
    lists = {
        "services": [
            {
                "metadata": {"name": "web", "namespace": "shop"},
                "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": "htpt"}]},
            }
        ],
        "storageclasses": [{"metadata": {"name": "slow"}, "volumeBindingMode": "WaitForFirstConsumer"}],
        "persistentvolumeclaims": [
            {
                "metadata": {"name": "disk", "namespace": "shop"},
                "spec": {"storageClassName": "slow"},
                "status": {"phase": "Pending"},
            }
        ],
    }

    def told(item: Any) -> list[Any]:
        survey = Survey(NOW)
        survey.take_pods([item])
        return survey.problems(lists)

    assert told(decoded(web)) == told(web)
    assert {str(problem.subject) for problem in told(decoded(web))} >= {"deployment/web", "service/web"}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"items": 5}', b'{"metadata": {"x": ' + b"[" * 5_000, b"<html>"])
def test_what_is_no_list_of_pods_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        pod_decoder.decode(body)
