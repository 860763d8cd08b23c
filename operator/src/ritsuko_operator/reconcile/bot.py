"""Reconciling one RitsukoBot: gather, render, apply what differs, prune, poke, and say in `status` how it is."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from ritsuko_api.bot import SidecarStatus
from ritsuko_api.conditions import Condition
from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.alignment import Aligner, Alignment
from ritsuko_operator.reconcile.children.refusals import Refusals
from ritsuko_operator.reconcile.cluster import BotKey, ClusterApi, Object, SidecarKey, Transition, View
from ritsuko_operator.reconcile.credentials.secrets import SecretReader
from ritsuko_operator.reconcile.errors import InvalidResourceError, NamespaceEndsError, NotDoneError
from ritsuko_operator.reconcile.gather import Release
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.pods import optional
from ritsuko_operator.reconcile.pods.observation import Observation, observe
from ritsuko_operator.reconcile.pods.optional import Patience, Trials
from ritsuko_operator.reconcile.pods.trouble import next_deadline
from ritsuko_operator.reconcile.redaction import redactor, without_last_words
from ritsuko_operator.reconcile.status import announcements, content
from ritsuko_operator.reconcile.status.checks.verdict import Evidence
from ritsuko_operator.reconcile.status.outcome import Cause
from ritsuko_operator.reconcile.status.sidecar_lines import lines
from ritsuko_operator.reconcile.status.stalls import Stalls
from ritsuko_operator.reconcile.status.writing import write_status

logger = logging.getLogger(__name__)

_WAIT_FOR_CREDENTIALS = 5.0  # seconds
_WAIT_FOR_KINDS = 300.0  # that are not installed here


class BotReconciler:
    """Reconciles bots, one call for one bot.

    `refusals` gets what the apiserver refuses. `follow` gets the sidecars of
    which a bot's status now says something else: their own status follows it.
    """

    def __init__(
        self,
        cluster: ClusterApi,
        view: View,
        secrets: SecretReader,
        release: Release,
        refusals: Refusals,
        memory: Memory,
        *,
        now: Callable[[], datetime],
        follow: Callable[[SidecarKey], None],
        patience: Patience | None = None,
    ) -> None:
        self._cluster = cluster
        self._view = view
        self._refusals = refusals
        self._memory = memory
        self._aligner = Aligner(cluster, view, secrets, release, memory)
        self._version = release.version
        self._now = now
        self._follow = follow
        self._patience = patience or Patience()
        self._stalls = Stalls(memory)
        self._ending = memory.table(dict[BotKey, str]())  # the UIDs of bots whose namespace is being deleted
        self._followed = memory.table(dict[BotKey, tuple[object, ...]]())  # what was last passed on to sidecars

    async def reconcile(self, key: BotKey) -> float | None:
        """Brings one bot in line. Returns in how many seconds to look again, or None if only after a change.

        Raises `NotDoneError` or `ApiUnreachableError` when another try soon is worth it.
        """
        live = self._view.get(key.ref)
        if live is None:
            self._memory.forget(key)
            await self._aligner.clean_up(key)
            return None
        if "deletionTimestamp" in live["metadata"] or self._ending.get(key) == live["metadata"]["uid"]:
            return None  # the garbage collector is at work, or comes soon
        try:
            trials, alignment = await self._align(key, live)
        except InvalidResourceError as error:
            unreadable = content.unreadable_bot_status(live, Cause(error.reason, str(error)), now=self._now())
            await self._write_status(key, live, unreadable)
            return None
        except NamespaceEndsError as error:
            self._ending[key] = live["metadata"]["uid"]
            logger.info("%s is ignored from now on: %s", key.ref, error)
            return None
        live = self._view.get(key.ref) or live
        observed = observe(self._view, live, self._refusals)  # again: some children are others by now
        await self._tell(key, live, observed, alignment, trials)
        if failed := alignment.outcome.failed:
            raise NotDoneError(failed.message)
        return self._look_again(key, observed, alignment, trials)

    async def failed(self, key: BotKey, error: Exception) -> None:
        """Says of a bot that the operator itself failed on it, by a defect: what its status said may be true no more.

        Raises `NotDoneError` or `ApiUnreachableError`.
        """
        live = self._view.get(key.ref)
        if live is not None:
            name = type(error).__name__
            why = f"internal error in the operator ({name}), which retries: report it with the operator's log"
            told = content.unreadable_bot_status(live, Cause(Reason.OPERATOR_FAILED, why), now=self._now())
            await self._write_status(key, live, told)

    async def _align(self, key: BotKey, live: Object) -> tuple[Trials, Alignment]:
        """Brings the children in line with as many of the sidecars as the apiserver has in the pod.

        Each time that it refuses some the others are tried again, so there are no more tries than sidecars.
        """
        self._refusals.drop_old(key, self._now())
        while True:
            observed = observe(self._view, live, self._refusals)
            trials = await self._settle_trials(key, live, observed)
            left_out = optional.left_out(trials)
            alignment = await self._aligner.align(key, observed, now=self._now(), left_out=left_out)
            if not alignment.refused:
                return trials, alignment
            self._refusals.note(observed.bot, observed.selection, alignment.refused, self._now())
            live = self._view.get(key.ref) or live

    async def _settle_trials(self, key: BotKey, live: Object, observed: Observation) -> Trials:
        """What to do with the optional sidecars that fail to start.

        One that is left out from now on is reported before it is removed: an operator that ends in between must not
        begin to count again.
        """
        trials = optional.settle(observed, self._now(), self._patience)
        new = optional.left_out(trials) - optional.left_out(optional.told(observed.bot))
        if new:
            said = lines(observed, self._now(), trials=trials)
            await write_status(self._cluster, key.ref, live, content.with_lines(live, said, without_last_words))
        for name in sorted(new):
            note = f"{name}: {without_last_words(trials[name].message)}"
            await self._cluster.announce(Transition(live, Reason.SIDECAR_LEFT_OUT, note, warning=True))
        return trials

    async def _tell(
        self, key: BotKey, live: Object, observed: Observation, alignment: Alignment, trials: Trials
    ) -> None:
        gathered, now = alignment.gathered, self._now()
        missing = gathered.headers_missing if gathered else None
        evidence = Evidence(
            observed, alignment.outcome, now, lines(observed, now, trials=trials, headers_missing=missing)
        )
        # what is secret is not known while the Secrets cannot be read
        redact = redactor(gathered.secrets.values()) if gathered else without_last_words
        await self._write_status(key, live, content.bot_status(evidence, version=self._version, redact=redact))
        self._tell_sidecars(key, observed, evidence.lines)

    def _look_again(self, key: BotKey, observed: Observation, alignment: Alignment, trials: Trials) -> float | None:
        """In how many seconds something changes by the passing of time alone; None if nothing does."""
        outcome, gathered, now = alignment.outcome, alignment.gathered, self._now()
        due = [
            _WAIT_FOR_CREDENTIALS if outcome.missing else None,
            _WAIT_FOR_KINDS if alignment.lacks_kinds else None,
            self._stalls.look_again(key, outcome.stalled, now),
            gathered.next_rotation if gathered else None,
            self._refusals.next_try(key, now),
            optional.next_change(observed, trials, now, self._patience),
            next_deadline(observed, now),
        ]
        return min((seconds for seconds in due if seconds is not None), default=None)

    def _tell_sidecars(self, key: BotKey, observed: Observation, lines: Sequence[SidecarStatus]) -> None:
        # a refusal that says the same of another generation is news to the sidecar
        said = (list(lines), observed.report.servers if observed.report else None, self._refusals.of(key))
        if self._followed.get(key) != said:
            self._followed[key] = said
            for line in lines:
                self._follow(SidecarKey(key.namespace, line.name))

    async def _write_status(self, key: BotKey, live: Object, desired: Object) -> None:
        if not await write_status(self._cluster, key.ref, live, desired):
            return
        before, after = (
            [Condition.model_validate(entry) for entry in said.get("conditions", [])]
            for said in (content.live_status(live), desired)
        )
        for transition in announcements.transitions(live, before, after):
            await self._cluster.announce(transition)
