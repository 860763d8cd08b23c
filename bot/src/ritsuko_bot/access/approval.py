"""Who may approve a call that somebody else requested. Pure; the chat asks people."""

from __future__ import annotations

from dataclasses import dataclass

from ritsuko_api.access import Approvers, Role
from ritsuko_bot.access.person import Person
from ritsuko_bot.access.policy import is_among

APPROVAL_WITHIN = 600.0

_BY_DEFAULT = Approvers(roles=[Role.OWNER, Role.ADMINISTRATOR, Role.MODERATOR])


@dataclass(frozen=True, slots=True)
class Vote:
    """Somebody's decision about a request."""

    person: Person
    approved: bool


def counts(vote: Vote, *, asker: Person, approvers: Approvers | None) -> bool:
    """Whether a vote decides: one by an approver who is not the asker. The asker can only withdraw."""
    if vote.person.user.id == asker.user.id:
        return not vote.approved
    by = _present(approvers)
    return is_among(vote.person, users=by.users, roles=by.roles, groups=by.groups)


def in_words(approvers: Approvers | None) -> str:
    """Who may approve: `an owner, an administrator or a moderator`."""
    by = _present(approvers)
    roles = [f"{'an' if role.value[0] in 'AO' else 'a'} {role.value.lower()}" for role in by.roles]
    return _or([*roles, *(f"a member of {group}" for group in by.groups), *by.users])


def _present(approvers: Approvers | None) -> Approvers:
    return approvers if approvers and (approvers.users or approvers.roles or approvers.groups) else _BY_DEFAULT


def _or(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
