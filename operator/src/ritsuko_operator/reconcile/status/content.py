"""What is written to `status`: pure, from what was observed. Nothing is written that the live status says already."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel

from ritsuko_api.bot import RitsukoBotStatus, SidecarPhase, SidecarStatus
from ritsuko_api.conditions import BotCondition, Condition, settle
from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.pods import rollout
from ritsuko_operator.reconcile.pods.observation import BOT_CONTAINER, Observation
from ritsuko_operator.reconcile.redaction import Redact
from ritsuko_operator.reconcile.status.checks.verdict import Evidence, Verdict
from ritsuko_operator.reconcile.status.conditions import condition, conditions
from ritsuko_operator.reconcile.status.outcome import Cause

Said = TypeVar("Said", SidecarStatus, Condition)

_DIGITS = 12  # of a digest, as tools show them
_THE_BOTS_OWN = "runtime"  # this part of a RitsukoBot's status is written by the bot itself


def bot_status(evidence: Evidence, *, version: str, redact: Redact) -> Object:
    """The status of a bot that could be read. All that it says for people goes through `redact`."""
    bot = evidence.observed.bot
    deployment = evidence.observed.deployment or {}
    counts = deployment.get("status", {})
    labels = deployment.get("spec", {}).get("selector", {}).get("matchLabels", {})
    counted = [line for line in evidence.lines if line.phase is not SidecarPhase.DISABLED or line.ready]
    return as_written(
        RitsukoBotStatus(
            observed_generation=bot.metadata.generation,
            replicas=counts.get("replicas", 0),
            ready_replicas=counts.get("readyReplicas", 0),
            selector=",".join(f"{key}={value}" for key, value in sorted(labels.items())) or None,
            version=bot_version(evidence.observed, version),
            config_revision=evidence.outcome.revision,
            sidecars_ready=f"{sum(line.ready for line in counted)}/{len(counted)}",
            sidecars=[_redacted(line, redact) for line in evidence.lines],
            conditions=settle((_redacted(entry, redact) for entry in conditions(evidence)), bot.status.conditions),
        )
    )


def with_lines(live: Object, lines: Sequence[SidecarStatus], redact: Redact) -> Object:
    """The status as it is, with other lines for the sidecars."""
    said = [_redacted(line, redact).model_dump(by_alias=True, exclude_none=True, mode="json") for line in lines]
    return {**{key: value for key, value in live_status(live).items() if key != _THE_BOTS_OWN}, "sidecars": said}


def unreadable_bot_status(bot_object: Object, cause: Cause, *, now: datetime) -> Object:
    """The status of a bot that cannot be read: what it said before, and why nothing goes on."""
    before: dict[str, Any] = {key: value for key, value in live_status(bot_object).items() if key != _THE_BOTS_OWN}
    generation = bot_object["metadata"].get("generation", 0)
    known = [Condition.model_validate(entry) for entry in before.get("conditions", [])]
    ran = "selector" in before  # which is reported of a bot that has a Deployment
    note = f"{cause.message}; the previous version keeps running" if ran else cause.message
    said = [
        condition(BotCondition.READY, Verdict("False", Cause(cause.reason, note)), generation, now),
        condition(BotCondition.STALLED, Verdict("True", Cause(cause.reason, note)), generation, now),
        condition(
            BotCondition.RECONCILING,
            Verdict("False", Cause(Reason.STALLED, "see the condition Stalled")),
            generation,
            now,
        ),
    ]
    new = {entry.type for entry in said}
    desired = settle([*said, *(entry for entry in known if entry.type not in new)], known)
    return {
        **before,
        "observedGeneration": generation,
        "conditions": [entry.model_dump(by_alias=True, mode="json") for entry in desired],
    }


def _redacted(said: Said, redact: Redact) -> Said:
    return said.model_copy(update={"message": redact(said.message)}) if said.message else said


def bot_version(observed: Observation, operator_version: str) -> str:
    """The version of the bot that new pods run, whatever set its image: its tag, or the beginning of its digest."""
    asked = observed.bot.spec.image
    said = f"@{asked.digest}" if asked.digest else f":{asked.tag or operator_version}"
    name, _, digest = (rollout.image(observed.deployment, BOT_CONTAINER) or said).partition("@")
    tag = name.rpartition("/")[2].partition(":")[2]
    algorithm, _, value = digest.partition(":")
    return tag or (f"{algorithm}:{value[:_DIGITS]}" if digest else "latest")


def as_written(status: BaseModel) -> Object:
    """The status as JSON, without what is unset or empty: the API keeps no such fields everywhere."""
    written = status.model_dump(by_alias=True, exclude_none=True, exclude={_THE_BOTS_OWN}, mode="json")
    return {key: value for key, value in written.items() if value != []}


def live_status(manifest: Object) -> Object:
    status: Object = manifest.get("status") or {}
    return status


def differs(desired: Object, manifest: Object) -> bool:
    """Whether the desired status says anything else than the live one, but for what others write."""
    live = {key: value for key, value in live_status(manifest).items() if key != _THE_BOTS_OWN and value != []}
    return desired != live


def status_manifest(ref: ObjectRef, uid: str, status: Object) -> Object:
    """What to apply. The UID keeps the status of a deleted resource from landing on its successor."""
    return {
        "apiVersion": ref.kind.api_version,
        "kind": ref.kind.name,
        "metadata": {"name": ref.name, "namespace": ref.namespace, "uid": uid},
        "status": status,
    }


def changed(before: Sequence[Condition], after: Sequence[Condition]) -> list[Condition]:
    """The conditions that are new, or whose status or reason is another than before."""
    known = {entry.type: (entry.status, entry.reason) for entry in before}
    return [entry for entry in after if known.get(entry.type) != (entry.status, entry.reason)]
