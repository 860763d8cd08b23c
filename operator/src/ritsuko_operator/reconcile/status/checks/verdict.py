"""What checks look at, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from ritsuko_api.bot import SidecarPhase, SidecarStatus
from ritsuko_api.conditions import Status
from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.pods.observation import BOT_CONTAINER, Observation
from ritsuko_operator.reconcile.pods.trouble import Diagnosis, case_of, representative_pod, trouble
from ritsuko_operator.reconcile.status.outcome import AlignmentOutcome, Cause
from ritsuko_operator.render.manifest import container_name


@dataclass(frozen=True)
class Evidence:
    """What the checks look at."""

    observed: Observation
    outcome: AlignmentOutcome
    now: datetime
    lines: Sequence[SidecarStatus] = field(default_factory=tuple[SidecarStatus, ...])

    @property
    def suspended(self) -> bool:
        return self.observed.suspended

    @property
    def not_ready(self) -> list[SidecarStatus]:
        """The accepted sidecars that the bot cannot use."""
        accepted = {sidecar.metadata.name for sidecar in self.observed.selection.accepted}
        return [line for line in self.lines if line.name in accepted and not line.ready]

    @property
    def not_accepted(self) -> list[SidecarStatus]:
        """The sidecars that cannot run in the pod: the bot runs on without them, though they are not optional."""
        return [line for line in self.lines if line.phase is SidecarPhase.NOT_ACCEPTED]

    @property
    def required_not_ready(self) -> list[SidecarStatus]:
        optional = {sidecar.metadata.name for sidecar in self.observed.selection.accepted if sidecar.spec.optional}
        return [line for line in self.not_ready if line.name not in optional]

    @property
    def bot_trouble(self) -> Diagnosis | None:
        """What keeps the bot's own container from working in the pods that should run by now."""
        return trouble(
            case_of(self.observed, representative_pod(self.observed, BOT_CONTAINER), BOT_CONTAINER, self.now)
        )

    @property
    def rollout_trouble(self) -> list[str]:
        """What has failed in the pods that should run by now, container by container."""
        names = [
            BOT_CONTAINER,
            *(container_name(sidecar.metadata.name) for sidecar in self.observed.selection.accepted),
        ]
        pods = [
            (name, pod) for name in names if (pod := representative_pod(self.observed, name)) and name in pod.containers
        ]
        found = [(name, pod, trouble(case_of(self.observed, pod, name, self.now))) for name, pod in pods]
        return [
            f"container {name} of pod {pod.name}: {diagnosis.message}"
            for name, pod, diagnosis in found
            if diagnosis is not None and diagnosis.phase is SidecarPhase.FAILED
        ] or self._pod_trouble

    @property
    def _pod_trouble(self) -> list[str]:
        """The same where the kubelet has reported no container yet, such as for want of a node."""
        diagnosis = self.bot_trouble
        return [diagnosis.message] if diagnosis and diagnosis.phase is SidecarPhase.FAILED else []


class Verdict(NamedTuple):
    status: Status
    cause: Cause


Check = Callable[[Evidence], Verdict | None]


def no(reason: Reason, message: str) -> Verdict:
    return Verdict("False", Cause(reason, message))


def yes(reason: Reason, message: str) -> Verdict:
    return Verdict("True", Cause(reason, message))


def unknown(reason: Reason, message: str) -> Verdict:
    return Verdict("Unknown", Cause(reason, message))
