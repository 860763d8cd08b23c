"""Stalled and Reconciling (kstatus): whether the cluster is on its way to what the resources say."""

from __future__ import annotations

from ritsuko_operator.reconcile import times
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.missing_pods import held_up
from ritsuko_operator.reconcile.pods.trouble import PATIENCE
from ritsuko_operator.reconcile.status.checks.report import config_is_pending
from ritsuko_operator.reconcile.status.checks.shared import lacks_credentials, number_is_an_autoscalers
from ritsuko_operator.reconcile.status.checks.verdict import Facts, Verdict, no, yes

# --- Stalled


def stalled(facts: Facts) -> Verdict | None:
    return yes(*facts.outcome.stalled) if facts.outcome.stalled else None


def rollout_is_stuck(facts: Facts) -> Verdict | None:
    if not rollout.is_stuck(facts.seen.deployment):
        return None
    why = rollout.pods_refused(facts.seen.deployment)
    causes = ([f"the pod cannot be created: {why}"] if why else []) + facts.rollout_trouble
    told = ": " + "; ".join(causes) if causes else ""
    return yes("RolloutStuck", f"the new pod did not become ready in time{told}{_who_answers(facts)}")


def rollout_is_held_up(facts: Facts) -> Verdict | None:
    """Somebody paused it, or deleted the Deployment, which may be gone in a moment: unless a finalizer keeps it."""
    held, ending = held_up(facts.seen), rollout.ending_since(facts.seen.deployment)
    if not held or (ending and times.since(ending, facts.now) < PATIENCE):
        return None
    return yes("DeploymentEnding" if ending else "RolloutPaused", f"{held}{_who_answers(facts)}")


def not_stalled(facts: Facts) -> Verdict:
    return no("Progressing", "; ".join(("nothing needs anybody's help to go on", *facts.outcome.notes)))


# --- Reconciling


def failed(facts: Facts) -> Verdict | None:
    return yes(*facts.outcome.failed) if facts.outcome.failed else None


def halted(facts: Facts) -> Verdict | None:
    stuck = stalled(facts) or rollout_is_held_up(facts) or rollout_is_stuck(facts)
    return no("Stalled", "see the condition Stalled") if stuck else None


def waits_for_credentials(facts: Facts) -> Verdict | None:
    missing = lacks_credentials(facts)
    return yes(*missing.cause) if missing else None


def deployment_is_ending(facts: Facts) -> Verdict | None:
    if not rollout.ending_since(facts.seen.deployment):
        return None
    return yes("DeploymentEnding", f"{held_up(facts.seen)}{_who_answers(facts)}")


def pods_are_refused(facts: Facts) -> Verdict | None:
    why = rollout.pods_refused(facts.seen.deployment)
    return yes("PodsRefused", f"a pod cannot be created: {why}{_who_answers(facts)}") if why else None


def rollout_is_failing(facts: Facts) -> Verdict | None:
    """The pods that should run by now have trouble; older ones may serve all the same."""
    if facts.suspended or rollout.is_complete(facts.seen.deployment) or not facts.rollout_trouble:
        return None
    return yes("RolloutFailing", "; ".join(facts.rollout_trouble) + _who_answers(facts))


def rolls_out(facts: Facts) -> Verdict | None:
    deployment = facts.seen.deployment
    if deployment is None:
        return yes("RollingOut", "the Deployment is being created")
    if rollout.is_complete(deployment):
        return None
    updated, total, _ = rollout.counts(deployment)
    # not `availableReplicas`: the pods from before are among them
    ready = min(updated, sum(pod.works for pod in facts.seen.newest))
    wanted = rollout.wanted(deployment)
    older = "; older ones are still there" if ready >= wanted and total > updated else ""
    return yes("RollingOut", f"{ready} of {wanted} pods are up to date and available{older}")


def loads_config(facts: Facts) -> Verdict | None:
    pending = config_is_pending(facts)
    return yes(*pending.cause) if pending else None


def settled(facts: Facts) -> Verdict:
    return no("Settled", "; ".join(("everything is as the resources say", *number_is_an_autoscalers(facts))))


def _who_answers(facts: Facts) -> str:
    reporter = facts.seen.reporter
    return f"; pod {reporter.name} still answers" if reporter and reporter not in facts.seen.newest else ""
