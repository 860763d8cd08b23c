"""One line for each sidecar of a bot: where it stands, and if it doesn't work, why and what to do.

A line is decided by a chain of small checks, from the cause nearest to the user's resource to the farthest; the first
that has something to say wins.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_operator.reconcile.observation import Observation
from ritsuko_operator.reconcile.pods import Container, Pod
from ritsuko_operator.render.select import Reason, Refusal

_ASKED_FOR = frozenset({Reason.DISABLED, Reason.MCP_DISABLED})
_OUT_OF_MEMORY = "OOMKilled"
_MESSAGE_LIMIT = 700


class Finding(NamedTuple):
    """Where a container or a sidecar stands, and why in words."""

    phase: SidecarPhase
    message: str


class Facts(NamedTuple):
    """What a check of one container looks at. `pod` is the newest one, or None if there is none."""

    observation: Observation
    pod: Pod | None
    container: Container
    server: ServerReport | None


Check = Callable[[Facts], Finding | None]


def container_name(sidecar: str) -> str:
    return f"mcp-{sidecar}"


def lines(observation: Observation) -> list[SidecarStatus]:
    """A line for every sidecar that belongs to the bot, by name."""
    found = [_accepted(observation, sidecar.metadata.name) for sidecar in observation.selection.accepted]
    found += [_refused(refusal) for refusal in observation.selection.refused]
    return sorted(found, key=lambda line: line.name)


def container_trouble(observation: Observation, pod: Pod | None, container: str) -> Finding | None:
    """What keeps a container of that pod from running, or None."""
    facts = Facts(observation, pod, pod.container(container) if pod else Container(container), None)
    return _first(_CONTAINER_CHECKS, facts)


def _accepted(observation: Observation, name: str) -> SidecarStatus:
    server = observation.server(name)
    newest = observation.newest
    container = container_name(name)
    # of several pods the one that has trouble speaks
    pod = next((pod for pod in newest if not pod.container(container).ready), newest[0] if newest else None)
    facts = Facts(observation, pod, pod.container(container) if pod else Container(container), server)
    finding = _first((*_CONTAINER_CHECKS, *_REPORT_CHECKS), facts)
    if finding:
        finding = _beside_one_that_answers(finding, facts)
    return SidecarStatus(
        name=name,
        phase=finding.phase if finding else SidecarPhase.READY,
        ready=finding is None or finding.phase is SidecarPhase.READY,
        restarts=facts.container.restarts,
        tools=len(server.tools) if server else 0,
        message=finding.message[:_MESSAGE_LIMIT] if finding else None,
    )


def _beside_one_that_answers(finding: Finding, facts: Facts) -> Finding:
    """The finding about a pod, when the bot in another pod answers with this sidecar: an older one, or a standby's."""
    reporter = facts.observation.reporter
    if reporter is None or reporter is facts.pod or facts.server is None or facts.server.state is not ServerState.READY:
        return finding
    if finding.phase is SidecarPhase.STARTING:
        return Finding(SidecarPhase.READY, f"pod {reporter.name} answers while another one starts")
    return Finding(finding.phase, f"{finding.message}; pod {reporter.name} still answers with it")


def _refused(refusal: Refusal) -> SidecarStatus:
    phase = SidecarPhase.DISABLED if refusal.reason in _ASKED_FOR else SidecarPhase.NOT_ACCEPTED
    return SidecarStatus(name=refusal.name, phase=phase, ready=False, message=refusal.message[:_MESSAGE_LIMIT])


def _first(checks: tuple[Check, ...], facts: Facts) -> Finding | None:
    return next((finding for check in checks if (finding := check(facts)) is not None), None)


def _suspended(facts: Facts) -> Finding | None:
    spec = facts.observation.bot.spec
    if spec.suspend or spec.replicas == 0:
        return Finding(SidecarPhase.DISABLED, "the bot is suspended: no pod runs")
    return None


def _no_pod(facts: Facts) -> Finding | None:
    if facts.pod is not None:
        return None
    deployment = facts.observation.deployment or {}
    for condition in deployment.get("status", {}).get("conditions", []):
        if condition.get("type") == "ReplicaFailure" and condition.get("status") == "True":
            return Finding(SidecarPhase.FAILED, f"the pod cannot be created: {condition.get('message', '')}")
    failed = next((pod for pod in facts.observation.pods if pod.failure), None)
    if failed:
        return Finding(SidecarPhase.FAILED, f"pod {failed.name} failed: {failed.failure}")
    return Finding(SidecarPhase.STARTING, "there is no pod yet")


def _unschedulable(facts: Facts) -> Finding | None:
    if facts.pod is None or facts.pod.scheduled or not facts.pod.unschedulable:
        return None
    return Finding(SidecarPhase.FAILED, f"no node takes pod {facts.pod.name}: {facts.pod.unschedulable}")


def _image(facts: Facts) -> Finding | None:
    container = facts.container
    if container.waiting == "InvalidImageName":
        return Finding(SidecarPhase.FAILED, f"{container.image!r} is not the name of an image: correct `image`")
    if container.waiting == "ErrImageNeverPull":
        return Finding(
            SidecarPhase.FAILED,
            f"image {container.image} is not on the node, and imagePullPolicy is Never: load it or change the policy",
        )
    if container.waiting in ("ErrImagePull", "ImagePullBackOff", "RegistryUnavailable"):
        namespace = facts.observation.bot.metadata.namespace
        return Finding(
            SidecarPhase.FAILED,
            f"image {container.image} cannot be pulled: {container.waiting_message or 'no answer yet'}; check its name "
            f"and tag and, for a private registry, the bot's imagePullSecrets in namespace {namespace}",
        )
    return None


def _configuration(facts: Facts) -> Finding | None:
    if facts.container.waiting != "CreateContainerConfigError":
        return None
    namespace = facts.observation.bot.metadata.namespace
    return Finding(
        SidecarPhase.FAILED,
        f"the container cannot be configured: {facts.container.waiting_message}; create it in namespace {namespace}, "
        "or correct the reference",
    )


def _start(facts: Facts) -> Finding | None:
    if facts.container.waiting not in ("CreateContainerError", "RunContainerError"):
        return None
    return Finding(
        SidecarPhase.FAILED,
        f"the container cannot be started: {facts.container.waiting_message}; check `command`, mounts and image",
    )


def _exited(facts: Facts) -> Finding | None:
    """It ended, and it is down now or has not been ready since. Its restarts do not change the words."""
    container = facts.container
    if container.last_exit is None or container.ready:
        return None
    times = f", restarted {container.restarts} times" if container.restarts > 1 else ""
    if container.last_exit.reason == _OUT_OF_MEMORY:
        limit = f"its limit is {container.memory_limit}" if container.memory_limit else "it has no limit of its own"
        return Finding(
            SidecarPhase.FAILED, f"it was killed for memory{times}; {limit}: raise `resources.limits.memory`"
        )
    why = container.last_exit.reason if container.last_exit.reason not in ("", "Error", "Completed") else ""
    detail = ": ".join(part for part in (why, container.last_exit.message) if part)
    code = f"it exited with code {container.last_exit.code}"
    return Finding(
        SidecarPhase.FAILED,
        f"{code}{f' ({detail})' if detail else ''}{times}; see `kubectl logs -n "
        f"{facts.observation.bot.metadata.namespace} {facts.pod.name if facts.pod else ''} -c {container.name} -p`",
    )


def _starting(facts: Facts) -> Finding | None:
    if facts.container.ready or facts.container.running:
        return None
    return Finding(SidecarPhase.STARTING, "the container is being started")


def _not_ready(facts: Facts) -> Finding | None:
    if facts.container.ready:
        return None
    return Finding(SidecarPhase.STARTING, "the container runs, but its readiness probe has not succeeded yet")


def _no_report(facts: Facts) -> Finding | None:
    if facts.observation.report is not None:
        return None
    return Finding(SidecarPhase.STARTING, "the container is ready, but the bot has not reported a handshake yet")


def _not_in_report(facts: Facts) -> Finding | None:
    if facts.server is not None:
        return None
    return Finding(SidecarPhase.STARTING, "the bot has not loaded the configuration that names it yet")


def _handshake(facts: Facts) -> Finding | None:
    server = facts.server
    if server is None or server.state is ServerState.READY:
        return None
    if server.state is ServerState.CONNECTING and not server.error:
        return Finding(SidecarPhase.STARTING, "the bot is connecting to it")
    phase = SidecarPhase.STARTING if server.state is ServerState.CONNECTING else SidecarPhase.FAILED
    return Finding(
        phase,
        f"its container is ready, but the bot cannot use it: {server.error or server.state}; check `port`, `path` and "
        "that it serves MCP over streamable HTTP",
    )


_CONTAINER_CHECKS: tuple[Check, ...] = (
    _suspended,
    _no_pod,
    _unschedulable,
    _image,
    _configuration,
    _start,
    _exited,
    _starting,
    _not_ready,
)
_REPORT_CHECKS: tuple[Check, ...] = (_no_report, _not_in_report, _handshake)
