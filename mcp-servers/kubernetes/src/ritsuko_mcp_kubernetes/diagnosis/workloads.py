"""What is wrong with what makes pods: from their conditions, which their controllers write."""

from __future__ import annotations

from datetime import datetime, timedelta

from ritsuko_common.rfc3339 import parse_rfc3339_if_any
from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.objects.ages import elapsed
from ritsuko_mcp_kubernetes.objects.fields import at, conditions, owners
from ritsuko_mcp_kubernetes.objects.quoting import quoted

_PATIENCE = timedelta(seconds=60)


def deployment_findings(item: Json) -> list[Finding]:
    """A rollout in progress is not a finding; one past its deadline, or whose pods are refused, is."""
    if _wanted(item) == 0:
        return []
    subject, found = Subject.of(item, "Deployment"), conditions(item)
    failure, progress, available = (found.get(name, {}) for name in ("ReplicaFailure", "Progressing", "Available"))
    status = at(item, "status")
    counts = (
        f"{status.get('updatedReplicas', 0)} of {_wanted(item)} pods are new, {status.get('readyReplicas', 0)} ready"
    )
    if failure.get("status") == "True":
        return [_refused(subject, str(failure.get("message") or ""), str(failure.get("lastTransitionTime") or ""))]
    if progress.get("status") == "False" and progress.get("reason") == "ProgressDeadlineExceeded":
        return [
            Finding(
                subject,
                Severity.CRITICAL if available.get("status") == "False" else Severity.WARNING,
                "RolloutStuck",
                f"its rollout is not progressing: {counts}",
                f"Check why its new pods are not ready: diagnose deployment {subject.name}; or roll back.",
                str(progress.get("lastUpdateTime") or ""),
            )
        ]
    return []


def stateful_set_findings(item: Json, now: datetime) -> list[Finding]:
    return _missing_pods(item, "StatefulSet", _wanted(item), "replicas", now)


def daemon_set_findings(item: Json, now: datetime) -> list[Finding]:
    wanted = at(item, "status").get("desiredNumberScheduled")
    return _missing_pods(item, "DaemonSet", wanted if isinstance(wanted, int) else 0, "currentNumberScheduled", now)


def job_findings(item: Json, cron_jobs: dict[tuple[str, str], Json]) -> list[Finding]:
    """A failed Job, unless its CronJob (by namespace and name in `cron_jobs`) succeeded since."""
    failed = conditions(item).get("Failed", {})
    if failed.get("status") != "True":
        return []
    subject = Subject.of(item, "Job")
    since = str(failed.get("lastTransitionTime") or "")
    for kind, name in owners(item):
        cron = cron_jobs.get((subject.namespace, name), {})
        succeeded, ended = (
            parse_rfc3339_if_any(at(cron, "status").get("lastSuccessfulTime")),
            parse_rfc3339_if_any(since),
        )
        if kind == "CronJob" and succeeded and ended and succeeded > ended:
            return []
    causes = {
        "BackoffLimitExceeded": "its pods failed more often than backoffLimit allows",
        "DeadlineExceeded": "it ran longer than activeDeadlineSeconds",
        "PodFailurePolicy": "its podFailurePolicy failed it",
    }
    reason = str(failed.get("reason") or "")
    cause = causes.get(reason, f"it failed: {reason}")
    message = f":{quoted(str(failed['message']), 300)}" if failed.get("message") else ""
    return [
        Finding(
            subject,
            Severity.CRITICAL,
            "JobFailed",
            f"{cause}{message}",
            "Check the logs of its last pod; to run the Job again, create a new one.",
            since,
        )
    ]


def autoscaler_findings(item: Json) -> list[Finding]:
    for name in ("AbleToScale", "ScalingActive"):
        condition = conditions(item).get(name, {})
        if condition.get("status") == "False" and condition.get("reason") != "ScalingDisabled":
            return [
                Finding(
                    Subject.of(item, "HorizontalPodAutoscaler"),
                    Severity.WARNING,
                    "CannotScale",
                    f"{condition.get('reason')}:{quoted(str(condition.get('message') or ''), 300)}",
                    "Check that the metrics API is available and that the pods request the resource it scales by.",
                    str(condition.get("lastTransitionTime") or ""),
                )
            ]
    return []


def namespace_findings(item: Json, now: datetime) -> list[Finding]:
    deleted = at(item, "metadata").get("deletionTimestamp")
    if not deleted or elapsed(deleted, now) < timedelta(minutes=5):
        return []
    held = [
        str(condition.get("message"))
        for condition in conditions(item).values()
        if condition.get("status") == "True" and condition.get("message")
    ]
    return [
        Finding(
            Subject.of(item, "Namespace"),
            Severity.WARNING,
            "StuckTerminating",
            f"it has been terminating since {deleted}:{quoted('; '.join(held) or 'no reason reported', 400)}",
            "Finalizers wait for their controllers: restore these, or check what they protect before removing them.",
            str(deleted),
        )
    ]


def _missing_pods(item: Json, kind: str, wanted: int, field: str, now: datetime) -> list[Finding]:
    """Pods that should exist and do not. One that exists and is broken says so itself."""
    subject, existing = Subject.of(item, kind), at(item, "status").get(field) or 0
    if existing >= wanted or elapsed(at(item, "metadata").get("creationTimestamp"), now) < _PATIENCE:
        return []
    return [
        Finding(
            subject,
            Severity.WARNING if existing else Severity.CRITICAL,
            "MissingPods",
            f"{existing} of {wanted} pods exist",
            f"Its events say what rejects them: diagnose {kind.lower()} {subject.name}.",
        )
    ]


def _refused(subject: Subject, message: str, since: str) -> Finding:
    if "exceeded quota" in message:
        return Finding(
            subject,
            Severity.CRITICAL,
            "QuotaExceeded",
            f"a quota rejects its pods:{quoted(message, 400)}",
            "Raise the ResourceQuota of the namespace, or lower the pods' requests and limits.",
            since,
        )
    return Finding(
        subject,
        Severity.CRITICAL,
        "PodsRefused",
        f"its pods are rejected:{quoted(message, 400)}",
        "Check the message: an admission policy, a missing ServiceAccount or an invalid template.",
        since,
    )


def _wanted(item: Json) -> int:
    replicas = at(item, "spec").get("replicas", 1)
    return replicas if isinstance(replicas, int) else 1
