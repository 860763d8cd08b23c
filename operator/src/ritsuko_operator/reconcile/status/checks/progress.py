"""Stalled and Reconciling (kstatus): whether the cluster is on its way to what the resources say."""

from __future__ import annotations

from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile import times
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.missing_pods import held_up
from ritsuko_operator.reconcile.pods.trouble import PATIENCE
from ritsuko_operator.reconcile.status.checks.report import config_is_pending
from ritsuko_operator.reconcile.status.checks.shared import lacks_credentials, number_is_an_autoscalers
from ritsuko_operator.reconcile.status.checks.verdict import Evidence, Verdict, no, yes

# --- Stalled


def stalled(evidence: Evidence) -> Verdict | None:
    return yes(*evidence.outcome.stalled) if evidence.outcome.stalled else None


def rollout_is_stuck(evidence: Evidence) -> Verdict | None:
    if not rollout.is_stuck(evidence.observed.deployment):
        return None
    why = rollout.pods_refused(evidence.observed.deployment)
    causes = ([f"the pod cannot be created: {why}"] if why else []) + evidence.rollout_trouble
    told = ": " + "; ".join(causes) if causes else ""
    return yes(Reason.ROLLOUT_STUCK, f"the new pod did not become ready in time{told}{_who_answers(evidence)}")


def rollout_is_held_up(evidence: Evidence) -> Verdict | None:
    """Somebody paused it, or deleted the Deployment, which may be gone in a moment: unless a finalizer keeps it."""
    held, ending = held_up(evidence.observed), rollout.ending_since(evidence.observed.deployment)
    if not held or (ending and times.since(ending, evidence.now) < PATIENCE):
        return None
    return yes(Reason.DEPLOYMENT_ENDING if ending else Reason.ROLLOUT_PAUSED, f"{held}{_who_answers(evidence)}")


def not_stalled(evidence: Evidence) -> Verdict:
    return no(Reason.PROGRESSING, "; ".join(("no action needed", *evidence.outcome.notes)))


# --- Reconciling


def failed(evidence: Evidence) -> Verdict | None:
    return yes(*evidence.outcome.failed) if evidence.outcome.failed else None


def halted(evidence: Evidence) -> Verdict | None:
    stuck = stalled(evidence) or rollout_is_held_up(evidence) or rollout_is_stuck(evidence)
    return no(Reason.STALLED, "see the condition Stalled") if stuck else None


def waits_for_credentials(evidence: Evidence) -> Verdict | None:
    missing = lacks_credentials(evidence)
    return yes(*missing.cause) if missing else None


def deployment_is_ending(evidence: Evidence) -> Verdict | None:
    if not rollout.ending_since(evidence.observed.deployment):
        return None
    return yes(Reason.DEPLOYMENT_ENDING, f"{held_up(evidence.observed)}{_who_answers(evidence)}")


def pods_are_refused(evidence: Evidence) -> Verdict | None:
    why = rollout.pods_refused(evidence.observed.deployment)
    return yes(Reason.PODS_REFUSED, f"a pod cannot be created: {why}{_who_answers(evidence)}") if why else None


def rollout_is_failing(evidence: Evidence) -> Verdict | None:
    """The pods that should run by now have trouble; older ones may serve all the same."""
    if evidence.suspended or rollout.is_complete(evidence.observed.deployment) or not evidence.rollout_trouble:
        return None
    return yes(Reason.ROLLOUT_FAILING, "; ".join(evidence.rollout_trouble) + _who_answers(evidence))


def rolls_out(evidence: Evidence) -> Verdict | None:
    deployment = evidence.observed.deployment
    if deployment is None:
        return yes(Reason.ROLLING_OUT, "the Deployment is being created")
    if rollout.is_complete(deployment):
        return None
    updated, total, _ = rollout.counts(deployment)
    # not `availableReplicas`: the pods from before are among them
    ready = min(updated, sum(pod.works for pod in evidence.observed.newest))
    desired = rollout.desired(deployment)
    older = "; old pods still exist" if ready >= desired and total > updated else ""
    return yes(Reason.ROLLING_OUT, f"{ready} of {desired} pods are up to date and available{older}")


def loads_config(evidence: Evidence) -> Verdict | None:
    pending = config_is_pending(evidence)
    return yes(*pending.cause) if pending else None


def settled(evidence: Evidence) -> Verdict:
    return no(Reason.SETTLED, "; ".join(("all objects match the spec", *number_is_an_autoscalers(evidence))))


def _who_answers(evidence: Evidence) -> str:
    reporter = evidence.observed.reporter
    return f"; pod {reporter.name} still answers" if reporter and reporter not in evidence.observed.newest else ""
