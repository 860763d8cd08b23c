"""How an attempt to bring the cluster in line with a bot went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.credentials.references import MissingCredentials
from ritsuko_operator.reconcile.errors import ApiError, ForeignObjectError, ReconcileError


class Cause(NamedTuple):
    """One word for programs, and a sentence for people."""

    reason: Reason
    message: str


@dataclass(frozen=True)
class AlignmentOutcome:
    """What came of the attempt."""

    revision: str | None = None  # of the config that was rendered
    missing: MissingCredentials | None = None  # of the bot's Zulip credentials
    stalled: Cause | None = None  # it cannot go on without somebody's help
    failed: Cause | None = None  # it did not work this time, and is tried again
    notes: Sequence[str] = ()  # what differs from the spec, and does not keep the bot from working


def outcome_of(
    revision: str | None,
    failures: Sequence[ReconcileError],
    *,
    missing: MissingCredentials | None = None,
    notes: Sequence[str] = (),
) -> AlignmentOutcome:
    """Of several failures of one sort the first is reported."""
    stalled = failed = None
    for failure in failures:
        match failure:
            case ApiError() if failure.passing:
                failed = failed or Cause(Reason.APPLY_FAILED, f"{failure}; the operator retries")
            case ApiError():
                stalled = stalled or _needs_help(Reason.APPLY_REFUSED, failure)
            case ForeignObjectError():
                stalled = stalled or _needs_help(Reason.NAME_TAKEN, failure)
            case _:
                stalled = stalled or _needs_help(Reason.IMMUTABLE_FIELD, failure)
    return AlignmentOutcome(revision, missing, stalled, failed, notes)


def _needs_help(reason: Reason, failure: ReconcileError) -> Cause:
    return Cause(reason, f"{failure}; the operator retries within a minute")
