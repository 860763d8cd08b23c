"""What the cluster's own admission makes of the children: it may keep something else than what was sent.

A webhook or a policy that sets another image, or takes an annotation away, does so with every write. Sending the same
again would change nothing, or for ever. So the answer to each write is compared with what was sent, and where it says
something else, that is how the child is from then on: only what differs from that as well is drift. It is remembered
for as long as the process lives; the next one sends each such child once.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ritsuko_operator.reconcile.children.diff import differences, summary
from ritsuko_operator.reconcile.children.write_reason import WriteReason, hash_of, write_reason
from ritsuko_operator.reconcile.cluster import BotKey, Object, ObjectRef
from ritsuko_operator.reconcile.memory import Memory

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Known:
    """What became of a child: by field a hash of what it says instead, or None if that is another every time."""

    manifest: str | None  # the hash of what was sent
    fields: Mapping[str, str | None]

    def explains(self, live: Mapping[str, str]) -> bool:
        return all(path in self.fields and self.fields[path] in (None, value) for path, value in live.items())


class Adjustments:
    """What admission makes of one bot's children."""

    def __init__(self) -> None:
        self._known: dict[ObjectRef, _Known] = {}

    def why(self, ref: ObjectRef, desired: Object, live: Object | None) -> WriteReason | None:
        """Why the child has to be written; None if it need not be, or if writing it changes nothing."""
        why = write_reason(desired, live)
        known = self._of(ref, desired)
        if why is None or live is None or known is None:
            return why
        return None if known.explains(_deviations(live, desired)) else WriteReason.DRIFTED

    def learn(self, ref: ObjectRef, desired: Object, before: Object | None, answer: Object) -> bool:
        """Takes in the answer to a write; returns whether anything that was wrong before is right now.

        While the same manifest is sent nothing that was learned of it is dropped, so that every field can be news once
        or twice, and then no more: what is another at every write is not sent again for that.
        """
        after, known = _deviations(answer, desired), self._of(ref, desired)
        steady: Mapping[str, str | None] = known.fields if known else {}
        if not after:
            self._known.pop(ref, None)
            return True
        settled = {path: value if after.get(path, value) == value else None for path, value in steady.items()}
        self._known[ref] = _Known(hash_of(desired), {**after, **settled})
        if self._known[ref].fields.keys() != steady.keys():
            logger.warning("admission changes %s of %s", ", ".join(sorted(after)), ref)
        was = _deviations(before, desired) if before else {}
        return any(
            path not in after or (after[path] == steady.get(path) and after[path] != value)
            for path, value in was.items()
        )

    def keep_only(self, refs: Collection[ObjectRef]) -> None:
        self._known = {ref: known for ref, known in self._known.items() if ref in refs}

    @property
    def notes(self) -> list[str]:
        """For people, one for each child."""
        told = {ref: summary(sorted(known.fields), more="more fields") for ref, known in self._known.items()}
        return [
            f"admission changes {fields} of {ref.kind.name} {ref.name}; the operator leaves it that way"
            for ref, fields in sorted(told.items())
        ]

    def _of(self, ref: ObjectRef, desired: Object) -> _Known | None:
        known = self._known.get(ref)
        return known if known is not None and known.manifest == hash_of(desired) else None


def _deviations(live: Object, desired: Object) -> dict[str, str]:
    """By field a hash of what it says instead: no content is kept."""
    return {
        path: hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]
        for path, value in differences(live, desired)
    }


class Admission:
    """What it makes of the children of all bots."""

    def __init__(self, memory: Memory) -> None:
        self._adjustments = memory.table(dict[BotKey, Adjustments]())

    def of(self, key: BotKey) -> Adjustments:
        return self._adjustments.setdefault(key, Adjustments())
