"""Optional sidecars: one that does not start is left out of the pod, so that it never holds up the bot's rollout.

It is tried again at growing intervals, and at once when its spec changes. A try is a rollout as any other: a new pod
starts beside the one that serves, and is taken back if the sidecar fails again. How it goes with each stands in the
bot's status, so that a restarted operator goes on where the last one was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ritsuko_api.bot import RitsukoBot, SidecarPhase
from ritsuko_api.sidecar import McpSidecar
from ritsuko_common.backoff import Delays
from ritsuko_common.rfc3339 import format_rfc3339, parse_rfc3339_if_any
from ritsuko_operator.reconcile import times
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.observation import BOT_CONTAINER, Observation
from ritsuko_operator.reconcile.pods.pods import Pod
from ritsuko_operator.reconcile.pods.trouble import case_of, trouble
from ritsuko_operator.render.manifest import container_name


@dataclass(frozen=True)
class Patience:
    """How long an optional sidecar may take, in seconds."""

    to_start: float = 60.0  # from the start of its pod on
    first_retry: float = 60.0  # doubled each time
    last_retry: float = 3600.0

    def retry_after(self, attempts: int) -> float:
        return Delays(self.first_retry, self.last_retry, jitter=0.0).after(attempts, 0.0)


@dataclass(frozen=True)
class Trial:
    """An optional sidecar that failed to start."""

    attempts: int
    generation: int  # of the McpSidecar that was tried
    retry_time: datetime | None  # when it is tried again; None: it is being tried
    message: str  # why it was left out

    @property
    def left_out(self) -> bool:
        return self.retry_time is not None


Trials = Mapping[str, Trial]


def told(bot: RitsukoBot) -> Trials:
    """What the bot's status says."""
    return {
        line.name: Trial(line.attempts, line.generation or 0, parse_rfc3339_if_any(line.retry_time), line.message or "")
        for line in bot.status.sidecars
        if line.attempts
    }


def settle(observed: Observation, now: datetime, patience: Patience) -> Trials:
    """What is to be done with the optional sidecars now, given what the status tells and how the pods are."""
    before = told(observed.bot)
    found: dict[str, Trial] = {}
    for sidecar in observed.selection.accepted:
        if sidecar.spec.optional and sidecar.spec.url is None:
            trial = _settle_one(observed, sidecar, before.get(sidecar.metadata.name), now, patience)
            if trial is not None:
                found[sidecar.metadata.name] = trial
    return found


def left_out(trials: Trials) -> frozenset[str]:
    return frozenset(name for name, trial in trials.items() if trial.left_out)


def next_change(observed: Observation, trials: Trials, now: datetime, patience: Patience) -> float | None:
    """In how many seconds to look again: a retry is due, or a sidecar that is failing had its time."""
    due = [times.until(trial.retry_time, now) for trial in trials.values() if trial.retry_time is not None]
    if not rollout.came_through(observed.deployment):
        optional = [container_name(one.metadata.name) for one in observed.selection.accepted if one.spec.optional]
        failing = (pod for pod in observed.newest if any(not pod.container(name).ready for name in optional))
        due += [left for pod in failing if (left := patience.to_start - times.since(pod.created, now)) > 0]
    return max(min(due), 1.0) if due else None


def _settle_one(
    observed: Observation, sidecar: McpSidecar, before: Trial | None, now: datetime, patience: Patience
) -> Trial | None:
    name, generation = sidecar.metadata.name, sidecar.metadata.generation
    if before is not None and before.generation != generation:
        before = None
    if before is not None and before.retry_time is not None:
        return before if times.until(before.retry_time, now) > 0 else replace(before, retry_time=None)
    if not rollout.has_container(observed.deployment, container_name(name)):
        return before  # it has not been asked for yet
    if rollout.came_through(observed.deployment):
        return None
    cause = _failure(observed, container_name(name), now, patience, retrying=before is not None)
    if cause is None:
        return before
    attempts = before.attempts + 1 if before else 1
    retry_time = now + timedelta(seconds=patience.retry_after(attempts))
    tries = "" if attempts == 1 else f", {attempts} times in a row"
    plan = f"next retry at {format_rfc3339(retry_time)}, or when its spec changes"
    message = f"it did not start{tries}, so the bot runs without it; {plan}: {cause}"
    return Trial(attempts, generation, retry_time, message)


def _failure(observed: Observation, container: str, now: datetime, patience: Patience, *, retrying: bool) -> str | None:
    """Why the container has failed to start in one of the pods that should run by now, if it has."""
    stuck = rollout.is_stuck(observed.deployment)
    for pod in observed.newest:
        # where admission changes every pod none is like the template: then only the deadline tells
        if not (pod.current or stuck) or container not in _told_of(pod):
            continue
        if not stuck and times.since(pod.created, now) < patience.to_start:
            continue
        diagnosis = trouble(case_of(observed, pod, container, now))
        if diagnosis is None or (diagnosis.phase is not SidecarPhase.FAILED and not stuck):
            continue
        if _is_alone_to_blame(observed, pod, container) or (retrying and stuck):
            return diagnosis.message
    return None


def _is_alone_to_blame(observed: Observation, pod: Pod, container: str) -> bool:
    """Whether everything else that has to run in the pod does; other optional sidecars have their own turn."""
    if pod.waits_for is not None:
        return pod.waits_for.name == container
    required = [container_name(one.metadata.name) for one in observed.selection.accepted if not one.spec.optional]
    others = [BOT_CONTAINER, *(name for name in required if name in pod.containers)]
    return all(pod.container(name).ready for name in others)


def _told_of(pod: Pod) -> frozenset[str]:
    return frozenset((*pod.containers, *(one.name for one in pod.init)))
