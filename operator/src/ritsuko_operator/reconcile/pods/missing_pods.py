"""Pods that ought to be there and are not: for how long that is fine, and who keeps them from being made."""

from __future__ import annotations

from datetime import datetime, timedelta

from ritsuko_api.bot import SidecarPhase
from ritsuko_api.conditions import BotCondition
from ritsuko_common.rfc3339 import parse_rfc3339_if_any
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.observation import Observation
from ritsuko_operator.render.manifest import container_name
from ritsuko_operator.render.pod_template import removes_container

_OF_THE_GARBAGE_COLLECTOR = frozenset({"foregroundDeletion", "orphan"})


def any_missing(observed: Observation) -> bool:
    """Whether there is no pod at all, or none with the container of a sidecar, or there will soon be none."""
    newest = observed.newest
    if not newest or rollout.ending_since(observed.deployment):
        return True
    left_out = {line.name for line in observed.bot.status.sidecars if line.phase is SidecarPhase.LEFT_OUT}
    return any(
        newest[0].has
        and container_name(one.metadata.name) not in newest[0].has
        and not removes_container(observed.bot, container_name(one.metadata.name), native=one.spec.native)
        for one in observed.selection.in_pod(left_out)
    )


def deadline(observed: Observation, now: datetime, patience: float) -> datetime:
    """When they should be there at the latest. It is over where somebody paused the rollout.

    The bot's status says since when it is not as it should be, and the Deployment when the operator changed it last.
    """
    deployment = observed.deployment
    span = timedelta(seconds=patience)
    if ending := rollout.ending_since(deployment):
        return ending + span
    if rollout.is_paused(deployment):
        return now
    since = {
        entry.type: parse_rfc3339_if_any(entry.last_transition_time)
        for entry in observed.bot.status.conditions
        if entry.status == "True"
    }
    changed = rollout.changed_at(deployment)
    if stalled := since.get(BotCondition.STALLED):
        begun = changed or stalled
    elif reconciling := since.get(BotCondition.RECONCILING):
        begun = max(changed or reconciling, reconciling)
    else:
        begun = now
    return begun + span


def held_up(observed: Observation) -> str:
    """What somebody did to the Deployment, so that no further pod is made, and what to do; else empty."""
    name, namespace = observed.bot.metadata.name, observed.bot.metadata.namespace
    if rollout.ending_since(observed.deployment):
        foreign = [one for one in rollout.finalizers(observed.deployment) if one not in _OF_THE_GARBAGE_COLLECTOR]
        kept = f"its finalizers ({', '.join(foreign)}): their owner has to remove them"
        waits = kept if foreign else f"its dependents: see `kubectl get replicasets,pods -n {namespace}`"
        return f"Deployment {name} is being deleted and waits for {waits}; the operator creates it again afterwards"
    if rollout.is_paused(observed.deployment):
        return f"its rollout is paused: run `kubectl rollout resume deployment/{name} -n {namespace}`"
    return ""
