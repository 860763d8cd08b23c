"""Ready: whether the bot that runs works, connected to Zulip and with every required server.

It speaks of what answers people now. A change that does not come through, such as an image that cannot be pulled, is
reported by Reconciling and Stalled while the pod from before goes on.
"""

from __future__ import annotations

from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.status.checks.progress import halted
from ritsuko_operator.reconcile.status.checks.shared import has_no_report, number_is_an_autoscalers
from ritsuko_operator.reconcile.status.checks.sidecars import optional_are_missing, sidecars_are_refused
from ritsuko_operator.reconcile.status.checks.verdict import Evidence, Verdict, no, yes


def not_reported(evidence: Evidence) -> Verdict | None:
    verdict = has_no_report(evidence)
    return no(*verdict.cause) if verdict else None


def ready(evidence: Evidence) -> Verdict:
    accepted, not_accepted = len(evidence.observed.selection.accepted), len(evidence.not_accepted)
    working = f"{accepted - len(evidence.not_ready)} of {accepted + not_accepted} sidecars ready"
    told = [f"connected to Zulip, {working}"]
    optional, refused = optional_are_missing(evidence), sidecars_are_refused(evidence)
    if optional:
        told.append(f"optional: {optional.cause.message}")
    if refused:
        told.append(f"not accepted: {refused.cause.message}")
    if halted(evidence):
        told.append("the latest change is not in effect: see the condition Stalled")
    return yes(Reason.READY, "; ".join((*told, *number_is_an_autoscalers(evidence), *evidence.outcome.notes)))
