"""Ready: whether the bot that runs works, connected to Zulip and with every required server.

It speaks of what answers people now. A change that does not come through, such as an image that cannot be pulled, is
told by Reconciling and Stalled while the pod from before goes on.
"""

from __future__ import annotations

from ritsuko_operator.reconcile.status.checks.progress import halted
from ritsuko_operator.reconcile.status.checks.shared import has_no_report, number_is_an_autoscalers
from ritsuko_operator.reconcile.status.checks.sidecars import optional_are_missing, sidecars_are_refused
from ritsuko_operator.reconcile.status.checks.verdict import Facts, Verdict, no, yes


def not_reported(facts: Facts) -> Verdict | None:
    verdict = has_no_report(facts)
    return no(*verdict.cause) if verdict else None


def ready(facts: Facts) -> Verdict:
    accepted, not_accepted = len(facts.seen.selection.accepted), len(facts.not_accepted)
    working = f"{accepted - len(facts.not_ready)} of {accepted + not_accepted} sidecars ready"
    told = [f"connected to Zulip, {working}"]
    optional, refused = optional_are_missing(facts), sidecars_are_refused(facts)
    if optional:
        told.append(f"optional: {optional.cause.message}")
    if refused:
        told.append(f"not accepted: {refused.cause.message}")
    if halted(facts):
        told.append("the latest change is not in effect: see the condition Stalled")
    return yes("Ready", "; ".join((*told, *number_is_an_autoscalers(facts), *facts.outcome.notes)))
