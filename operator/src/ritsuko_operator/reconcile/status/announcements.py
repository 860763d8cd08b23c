"""The Events that people see with `kubectl describe`: one for each transition, none for a state that lasts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ritsuko_api.conditions import BotCondition, Condition
from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.children.apply import Change
from ritsuko_operator.reconcile.children.diff import summary
from ritsuko_operator.reconcile.children.write_reason import WriteReason
from ritsuko_operator.reconcile.cluster import Object, ObjectRef, Transition

# Of the other conditions people learn in `status`; Ready sums them up, and Stalled asks for somebody's help.
_ANNOUNCED = (BotCondition.READY, BotCondition.STALLED)
_ON_THE_WAY = frozenset(
    {
        Reason.BOT_STARTING,
        Reason.NO_REPORT,
        Reason.SIDECARS_STARTING,
        Reason.SUSPENDED,
        Reason.PROGRESSING,
        Reason.STALLED,
    }
)


def transitions(regarding: Object, before: Sequence[Condition], after: Sequence[Condition]) -> list[Transition]:
    """An Event for each reason that an announced condition has since now: one for two that agree on it."""
    known = {entry.type: (entry.status, entry.reason) for entry in before}
    news = (entry for entry in after if entry.type in _ANNOUNCED and _news(known.get(entry.type), entry))
    by_reason: dict[str, Transition] = {}
    for entry in news:
        transition = Transition(regarding, Reason(entry.reason), entry.message, warning=_is_bad(entry))
        by_reason.setdefault(entry.reason, transition)
    return list(by_reason.values())


def repairs(regarding: Object, changes: Iterable[Change], in_place: Iterable[ObjectRef]) -> list[Transition]:
    """An Event for each child that somebody else had changed or deleted."""
    known = set(in_place)
    found: list[Transition] = []
    for change in changes:
        if change.why is WriteReason.DRIFTED and change.put_right:
            found.append(Transition(regarding, Reason.REPAIRED, _put_back(regarding, change)))
        elif change.why is WriteReason.ABSENT and change.ref in known:
            found.append(
                Transition(
                    regarding, Reason.REPAIRED, f"{change.ref} was deleted by somebody else and has been created again"
                )
            )
    return found


def _put_back(bot: Object, change: Change) -> str:
    fields = f" ({summary(change.fields)})" if change.fields else ""
    instead = f"RitsukoBot {bot['metadata']['name']} (for example its `podTemplate`) or its McpSidecars"
    return f"{change.ref} was changed by somebody else{fields} and has been restored; edit {instead} instead"


def _news(before: tuple[str, str] | None, entry: Condition) -> bool:
    if before is None and entry.type == BotCondition.STALLED:
        return entry.status == "True"
    return before != (entry.status, entry.reason)


def _is_bad(entry: Condition) -> bool:
    good = "False" if entry.type == BotCondition.STALLED else "True"
    return entry.status != good and entry.reason not in _ON_THE_WAY
