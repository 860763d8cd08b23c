"""What keeps a container of a bot's pod from working, and what to do about it.

Decided by a chain of small checks, from the cause nearest to the user's resource to the farthest; the first that has
something to say wins. What a check says changes only when something new happened, never by the passing of time alone,
but for one step: what has been starting for longer than `PATIENCE` has failed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from ritsuko_api.bot import SidecarPhase
from ritsuko_common.durations import format_age
from ritsuko_common.exit_codes import ExitCause, exit_of
from ritsuko_common.pull_failures import PULL_REASONS
from ritsuko_common.redaction.redactor import redacted
from ritsuko_operator.reconcile import times
from ritsuko_operator.reconcile.pods import image_pull, missing_pods, rollout
from ritsuko_operator.reconcile.pods.containers import Container
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.reconcile.pods.pods import Pod
from ritsuko_operator.reconcile.redaction import with_last_words
from ritsuko_operator.render.manifest import container_name
from ritsuko_operator.render.pod_template import removes_container

PATIENCE = 120.0  # seconds

_OUT_OF_MEMORY = "OOMKilled"
_NO_WORDS = frozenset({"", "Error", "Completed"})


class Diagnosis(NamedTuple):
    """Where a container or a sidecar stands, and why in words."""

    phase: SidecarPhase
    message: str


# The same whether there is a pod already or not: that alone is not worth two more statuses of every new bot.
_BEING_STARTED = Diagnosis(SidecarPhase.STARTING, "it is starting")


class Case(NamedTuple):
    """What a check of one container looks at. `pod` is None if there is none;"""

    observed: Observation
    pod: Pod | None
    container: Container
    now: datetime

    @property
    def namespace(self) -> str:
        return self.observed.bot.metadata.namespace


Check = Callable[[Case], Diagnosis | None]


def case_of(observed: Observation, pod: Pod | None, container: str, now: datetime) -> Case:
    return Case(observed, pod, pod.container(container) if pod else Container(container), now)


def representative_pod(observed: Observation, container: str) -> Pod | None:
    """Of the pods that should run by now, the one in which the container does not work; else any."""
    newest = observed.newest
    return next((pod for pod in newest if not pod.serves(container)), newest[0] if newest else None)


def trouble(case: Case) -> Diagnosis | None:
    """Why the container is not ready, or None if it is."""
    return next((diagnosis for check in _CHECKS if (diagnosis := check(case)) is not None), None)


def next_deadline(observed: Observation, now: datetime) -> float | None:
    """In how many seconds the first container that is starting will have failed; None if none is starting."""
    if observed.suspended:
        return None
    ends = [
        times.until(missing_pods.deadline(observed, now, PATIENCE), now) if missing_pods.any_missing(observed) else 0.0,
        *_ends_in_pods(observed, now),
    ]
    return min((left for left in ends if left > 0), default=None)


def _ends_in_pods(observed: Observation, now: datetime) -> list[float]:
    return [
        PATIENCE - age
        for pod in observed.newest
        for age in (
            times.since(pod.created, now),
            *(times.since(one.since, now) for one in pod.containers.values() if one.running and not one.ready),
        )
        if not pod.works
    ]


def _failed(message: str) -> Diagnosis:
    return Diagnosis(SidecarPhase.FAILED, message)


def _suspended(case: Case) -> Diagnosis | None:
    if case.observed.suspended:
        return Diagnosis(SidecarPhase.DISABLED, "the bot is suspended: no pod runs")
    return None


def _no_pod(case: Case) -> Diagnosis | None:
    if case.pod is not None:
        return None
    if refused := rollout.pods_refused(case.observed.deployment):
        return _failed(f"the pod cannot be created: {refused}")
    failed = next((pod for pod in case.observed.pods if pod.failure), None)
    if failed:
        return _failed(f"pod {failed.name} failed: {failed.failure}")
    if held := missing_pods.held_up(case.observed):
        return Diagnosis(_phase_of_waiting(case), f"no pod exists: {held}")
    if _phase_of_waiting(case) is SidecarPhase.FAILED:
        what = "deployment" if case.observed.deployment else "rbot"
        name = case.observed.bot.metadata.name
        return _failed(
            f"no pod was created and no reason was reported: see `kubectl describe {what} -n {case.namespace} {name}`"
        )
    return _BEING_STARTED


def _phase_of_waiting(case: Case) -> SidecarPhase:
    """Waiting for a pod is starting, until it takes too long, or somebody has to do something first."""
    waits = times.until(missing_pods.deadline(case.observed, case.now, PATIENCE), case.now) > 0
    return SidecarPhase.STARTING if waits else SidecarPhase.FAILED


def _removed_by_patch(case: Case) -> Diagnosis | None:
    bot, name = case.observed.bot, case.container.name
    sidecar = next((one for one in case.observed.selection.accepted if container_name(one.metadata.name) == name), None)
    if sidecar is None or not removes_container(bot, name, native=sidecar.spec.native):
        return None
    return _failed(
        f"`podTemplate` of RitsukoBot {bot.metadata.name} removes its container {name}; drop that patch, or "
        "set `enabled: false` in the sidecar"
    )


def _not_in_the_pod(case: Case) -> Diagnosis | None:
    """It is new, and only pods of the template from before are there."""
    if case.pod is None or not case.pod.has or case.container.name in case.pod.has:
        return None
    if refused := rollout.pods_refused(case.observed.deployment):
        return _failed(f"the pod with it cannot be created: {refused}")
    if held := missing_pods.held_up(case.observed):
        return Diagnosis(_phase_of_waiting(case), f"no pod with it exists: {held}")
    if _phase_of_waiting(case) is SidecarPhase.FAILED:
        name = case.observed.bot.metadata.name
        return _failed(f"no pod with it was created: see the conditions Reconciling and Stalled of RitsukoBot {name}")
    return Diagnosis(SidecarPhase.STARTING, "no pod with it exists yet")


def _unschedulable(case: Case) -> Diagnosis | None:
    pod = case.pod
    if pod is None or pod.scheduled or not pod.unschedulable:
        return None
    hint = ""
    if "persistentvolumeclaim" in pod.unschedulable.lower():
        hint = f"; see `kubectl get persistentvolumeclaims -n {case.namespace}`"
    return _failed(f"pod {pod.name} cannot be scheduled: {pod.unschedulable}{hint}")


def _node_lost(case: Case) -> Diagnosis | None:
    if case.pod is None or not case.pod.node_lost:
        return None
    return _failed(f"node {case.pod.node} of pod {case.pod.name} does not respond")


def _image(case: Case) -> Diagnosis | None:
    container = case.container
    if container.waiting == "InvalidImageName":
        return _failed(f"{container.image!r} is not a valid image name: correct `image`")
    if container.waiting == "ErrImageNeverPull":
        return _failed(
            f"image {container.image} is not on the node, and imagePullPolicy is Never: load it or change the policy"
        )
    if container.waiting in PULL_REASONS:
        secrets = [str(secret["name"]) for secret in case.observed.bot.spec.image_pull_secrets]
        words = redacted(container.waiting_message)
        return _failed(
            image_pull.explain(
                container.image, container.waiting, words, namespace=case.namespace, pull_secrets=secrets
            )
        )
    return None


def _configuration(case: Case) -> Diagnosis | None:
    if case.container.waiting != "CreateContainerConfigError":
        return None
    return _failed(
        f"the container cannot be configured: {case.container.waiting_message}; create it in namespace "
        f"{case.namespace}, or correct the reference"
    )


def _start(case: Case) -> Diagnosis | None:
    if case.container.waiting not in ("CreateContainerError", "RunContainerError"):
        return None
    words = redacted(case.container.waiting_message)
    return _failed(f"the container cannot be started: {words}; check `command`, mounts and image")


def _exited(case: Case) -> Diagnosis | None:
    """It ended, and it is down now or has not been ready since. Only another restart changes the words."""
    container = case.container
    if container.last_exit is None or container.ready or (container.ends and container.last_exit.code == 0):
        return None
    if container.last_exit.reason == _OUT_OF_MEMORY:
        return _failed(killed_for_memory(case))
    why = container.last_exit.reason
    words = f" ({why})" if why not in _NO_WORDS else ""
    stopped = exit_of(container.last_exit.code).cause in (ExitCause.KILLED, ExitCause.TERMINATED)
    asked = " (SIGTERM/SIGKILL, usually a failing liveness or startup probe)" if stopped else ""
    sentence = (
        f"it exited with code {container.last_exit.code}{words}{_restarts(case)}{asked}; see `kubectl logs -n "
        f"{case.namespace} {case.pod.name if case.pod else ''} -c {container.name} -p`"
    )
    return _failed(with_last_words(sentence, container.last_exit.message))


def killed_for_memory(case: Case) -> str:
    """What to say of a container whose last end was that."""
    limit = case.container.memory_limit
    has = f"its limit is {limit}" if limit else "it has no limit, so the node ran out of memory"
    return f"it was killed for using too much memory{_restarts(case)}; {has}: raise `spec.resources.limits.memory`"


def _restarts(case: Case) -> str:
    """How often it restarted and in what time, counted until its last end: so the words stay until the next."""
    container, pod = case.container, case.pod
    if container.restarts < 2 or pod is None or container.last_exit is None:
        return ""
    span = times.since(pod.created, container.last_exit.at) if container.last_exit.at else 0.0
    within = f" in {format_age(span)}" if span > 0 else ""
    return f", restarted {container.restarts} times{within}"


def _init(case: Case) -> Diagnosis | None:
    """It waits for a container that has to run or to be there first, and that one has trouble."""
    container = case.container
    if container.waiting != "PodInitializing" or case.pod is None:
        return None
    first = case.pod.waits_for
    if first is None or first.name == container.name:
        return None
    found = trouble(case._replace(container=first))
    return Diagnosis(found.phase, f"it waits for init container {first.name}: {found.message}") if found else None


def _starting(case: Case) -> Diagnosis | None:
    if case.container.ready or case.container.running:
        return None
    pod = case.pod
    if pod is not None and times.since(pod.created, case.now) >= PATIENCE:
        if not pod.scheduled:
            return _failed(
                f"pod {pod.name} has not been scheduled for {format_age(PATIENCE)} and no reason was reported: "
                "check that the cluster's scheduler runs"
            )
        return _failed(
            f"it has not started within {format_age(PATIENCE)}: a Secret, ConfigMap or volume claim may be "
            f"missing; see the events in `kubectl describe pod -n {case.namespace} {pod.name}`"
        )
    return _BEING_STARTED


def _not_ready(case: Case) -> Diagnosis | None:
    container = case.container
    if container.ready:
        return None
    kind = "readiness" if container.started else "startup"
    probe = f" ({container.probe})" if container.probe and container.started else ""
    if times.since(container.since, case.now) < PATIENCE:
        return Diagnosis(
            SidecarPhase.STARTING, f"the container runs, but its {kind} probe{probe} has not succeeded yet"
        )
    return _failed(
        f"the container runs, but its {kind} probe{probe} fails: see `kubectl logs -n {case.namespace} "
        f"{case.pod.name if case.pod else ''} -c {container.name}`, and check its port and probes"
    )


_CHECKS: tuple[Check, ...] = (
    _suspended,
    _removed_by_patch,
    _no_pod,
    _not_in_the_pod,
    _unschedulable,
    _node_lost,
    _image,
    _configuration,
    _start,
    _exited,
    _init,
    _starting,
    _not_ready,
)
