"""Status conditions: the types and reasons that are part of the API, and how one changes.

Ready, Reconciling and Stalled follow kstatus (sigs.k8s.io/cli-utils); the shape is `metav1.Condition`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal["True", "False", "Unknown"]


class BotCondition(StrEnum):
    """The condition types of a RitsukoBot."""

    READY = "Ready"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"
    SIDECARS_READY = "SidecarsReady"
    CONFIG_LOADED = "ConfigLoaded"
    ZULIP_CONNECTED = "ZulipConnected"


class SidecarCondition(StrEnum):
    """The condition types of a McpSidecar."""

    ACCEPTED = "Accepted"
    READY = "Ready"


class Condition(BaseModel):
    """One condition (`metav1.Condition`)."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)

    type: str = Field(description="The condition's type.", max_length=316, pattern=r"^[A-Za-z]+$")
    status: Status = Field(description="Whether the condition holds.")
    reason: str = Field(
        description="Why, in one CamelCase word.", min_length=1, max_length=1024, pattern=r"^[A-Za-z]+$"
    )
    message: str = Field(description="Why, and what to do, in a sentence.", max_length=32768)
    observed_generation: int = Field(
        alias="observedGeneration", ge=0, description="Generation of the spec that this describes."
    )
    last_transition_time: str = Field(
        alias="lastTransitionTime",
        description="When the status last changed (RFC 3339).",
        json_schema_extra={"format": "date-time"},
    )


def settle(wanted: Iterable[Condition], current: Iterable[Condition]) -> list[Condition]:
    """The desired conditions, each keeping its transition time from `current` where its status did not change.

    The result is sorted by type: the order never makes two equal statuses differ.
    """
    known = {condition.type: condition for condition in current}
    settled: list[Condition] = []
    for condition in wanted:
        before = known.get(condition.type)
        if before is not None and before.status == condition.status:
            condition = condition.model_copy(update={"last_transition_time": before.last_transition_time})
        settled.append(condition)
    return sorted(settled, key=lambda condition: condition.type)
