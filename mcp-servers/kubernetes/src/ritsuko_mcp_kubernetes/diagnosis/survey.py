"""Everything that is wrong in a namespace or a cluster, from its lists of objects."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ritsuko_mcp_kubernetes.api.client import Json
from ritsuko_mcp_kubernetes.diagnosis import workloads
from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity, Subject
from ritsuko_mcp_kubernetes.diagnosis.nodes import node_findings
from ritsuko_mcp_kubernetes.diagnosis.pods import pod_findings
from ritsuko_mcp_kubernetes.diagnosis.services import Backend, ingress_findings, service_findings
from ritsuko_mcp_kubernetes.diagnosis.storage import claim_findings
from ritsuko_mcp_kubernetes.objects.fields import at, objects, owners

# What is read, by plural. STORAGE_CLASSES explain the claims of any namespace, where they may be read.
NAMESPACED = (
    "deployments",
    "statefulsets",
    "daemonsets",
    "jobs",
    "cronjobs",
    "services",
    "ingresses",
    "persistentvolumeclaims",
    "horizontalpodautoscalers",
)
CLUSTER_WIDE = ("nodes", "namespaces")
STORAGE_CLASSES = "storageclasses"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, with all the pods of a workload that share it."""

    subject: Subject
    finding: Finding
    pods: int


@dataclass
class Survey:
    """What has been read so far. Pods are taken in page by page and not kept: there may be thousands."""

    now: datetime
    pods: int = 0
    _found: list[tuple[Subject, Finding]] = field(default_factory=list[tuple[Subject, Finding]])
    _backends: dict[str, set[Backend]] = field(default_factory=lambda: defaultdict(set))
    _claims: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])

    def take_pods(self, pods: Iterable[Json]) -> None:
        """Looks at a page of pods."""
        for pod in pods:
            self.pods += 1
            owner = workload_of(pod)
            namespace = owner.namespace
            self._found += [(owner, finding) for finding in pod_findings(pod, self.now)]
            self._backends[namespace].add(Backend.of(pod))
            self._claims.update(
                (namespace, str(claim["claimName"]))
                for volume in objects(pod, "spec", "volumes")
                if (claim := at(volume, "persistentVolumeClaim")).get("claimName")
            )

    def problems(self, lists: Mapping[str, list[Json]]) -> list[Problem]:
        """The problems, worst first. `lists` has the objects by plural; a kind that may not be read is not in it."""
        groups: dict[tuple[Subject, str, str], list[Finding]] = defaultdict(list)
        for subject, finding in self._found:
            groups[subject, finding.reason, finding.container].append(finding)
        problems = [
            Problem(subject, max(findings, key=lambda finding: finding.severity), len(findings))
            for (subject, _, _), findings in groups.items()
        ]
        explained = {problem.subject for problem in problems if problem.finding.severity is Severity.CRITICAL}
        for finding in self._of_lists(lists):
            if finding.subject not in explained:
                problems.append(Problem(finding.subject, finding, 0))
        return sorted(problems, key=rank)

    def _of_lists(self, lists: Mapping[str, list[Json]]) -> Iterator[Finding]:
        for deployment in lists.get("deployments", []):
            yield from workloads.deployment_findings(deployment)
        for item in lists.get("statefulsets", []):
            yield from workloads.stateful_set_findings(item, self.now)
        for item in lists.get("daemonsets", []):
            yield from workloads.daemon_set_findings(item, self.now)
        cron_jobs = _by_name(lists.get("cronjobs", []))
        for job in lists.get("jobs", []):
            yield from workloads.job_findings(job, cron_jobs)
        for scaler in lists.get("horizontalpodautoscalers", []):
            yield from workloads.autoscaler_findings(scaler)
        yield from self._of_network(lists)
        yield from self._of_claims(lists)
        for node in lists.get("nodes", []):
            yield from node_findings(node)
        for namespace in lists.get("namespaces", []):
            yield from workloads.namespace_findings(namespace, self.now)

    def _of_network(self, lists: Mapping[str, list[Json]]) -> Iterator[Finding]:
        templates: dict[str, list[Backend]] = defaultdict(list)
        for plural in ("deployments", "statefulsets", "daemonsets"):
            for item in lists.get(plural, []):
                templates[Subject.of(item, "").namespace].append(Backend.of(at(item, "spec", "template")))
        services = lists.get("services", [])
        for service in services:
            namespace = Subject.of(service, "").namespace
            yield from service_findings(service, self._backends.get(namespace, ()), templates[namespace])
        if "services" in lists:
            for ingress in lists.get("ingresses", []):
                yield from ingress_findings(ingress, _by_name(services))

    def _of_claims(self, lists: Mapping[str, list[Json]]) -> Iterator[Finding]:
        classes = lists.get(STORAGE_CLASSES)
        by_name = None if classes is None else {Subject.of(item, "").name: item for item in classes}
        for claim in lists.get("persistentvolumeclaims", []):
            subject = Subject.of(claim, "")
            yield from claim_findings(claim, by_name, used=(subject.namespace, subject.name) in self._claims)


def workload_of(pod: Json) -> Subject:
    """What made the pod, as people know it (the Deployment, not its ReplicaSet); the pod itself if nothing did."""
    subject = Subject.of(pod, "Pod")
    for kind, name in owners(pod):
        if kind == "ReplicaSet" and (hashed := at(pod, "metadata", "labels").get("pod-template-hash")):
            return Subject("Deployment", subject.namespace, name.removesuffix(f"-{hashed}"))
        return Subject(kind, subject.namespace, name)
    return subject


def _by_name(items: Iterable[Json]) -> dict[tuple[str, str], Json]:
    return {(subject.namespace, subject.name): item for item in items for subject in [Subject.of(item, "")]}


def rank(problem: Problem) -> tuple[int, int, int, str, str]:
    """Worst first; a node before what runs on it; then the most pods."""
    finding = problem.finding
    subject = problem.subject
    return (-finding.severity, subject.kind != "Node", -problem.pods, subject.namespace, subject.name)
