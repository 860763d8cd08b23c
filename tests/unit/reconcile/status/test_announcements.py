"""One Event for one thing that happened, and it says what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ritsuko_api.conditions import Condition, Status
from ritsuko_operator.reconcile.children.apply import Change
from ritsuko_operator.reconcile.children.diff import differences
from ritsuko_operator.reconcile.children.write_reason import WriteReason
from ritsuko_operator.reconcile.cluster import Object, ObjectRef
from ritsuko_operator.reconcile.kinds import DEPLOYMENT
from ritsuko_operator.reconcile.status.announcements import repairs, transitions
from tests.unit.reconcile.worlds import bot


def said(kind: str, status: Status, reason: str) -> Condition:
    when = "2026-11-24T10:00:00Z"
    return Condition(
        type=kind, status=status, reason=reason, message="m", observedGeneration=1, lastTransitionTime=when
    )


WORKED = [said("Ready", "True", "Ready"), said("Stalled", "False", "Progressing")]


def test_a_bot_that_stalls_and_so_does_not_work_is_one_event() -> None:
    after = [said("Stalled", "True", "NameTaken"), said("Ready", "False", "NameTaken")]
    (event,) = transitions(bot(), WORKED, after)
    assert (event.reason, event.warning) == ("NameTaken", True)
    assert transitions(bot(), after, after) == []


def test_two_things_are_two_events() -> None:
    after = [said("Stalled", "True", "ApplyRefused"), said("Ready", "False", "NotConnected")]
    assert [event.reason for event in transitions(bot(), WORKED, after)] == ["ApplyRefused", "NotConnected"]
    again = [said("Stalled", "True", "ApplyRefused"), said("Ready", "False", "ApplyRefused")]
    assert [event.reason for event in transitions(bot(), after, again)] == ["ApplyRefused"]


def container(**fields: Any) -> Object:
    return {"name": "bot", "image": "bot:1", "env": [{"name": "A", "value": "1"}], **fields}


@pytest.mark.parametrize(
    ("live", "desired", "fields"),
    [
        ({"spec": {"replicas": 3}}, {"spec": {"replicas": 1}}, ["spec.replicas"]),
        ({"data": {}}, {"data": {"mcp.json": "secret"}}, ["data[mcp.json]"]),
        ({"containers": [container(image="evil:1")]}, {"containers": [container()]}, ["containers[bot].image"]),
        ({"containers": []}, {"containers": [container()]}, ["containers[bot]"]),
        ({"containers": [container(env=[{"name": "A", "value": "2"}])]}, {"containers": [container()]},
         ["containers[bot].env[A].value"]),
        ({"rules": [{"verbs": ["get"]}]}, {"rules": [{"verbs": ["get", "patch"]}]}, ["rules[0].verbs"]),
        ({"subjects": [{"name": "a"}, {"name": "b"}]}, {"subjects": [{"name": "a"}]}, ["subjects"]),
        ({"spec": {"replicas": 1, "paused": True}}, {"spec": {"replicas": 1}}, []),
    ],
)  # fmt: skip
def test_the_fields_that_somebody_changed_are_named_without_their_values(
    live: Object, desired: Object, fields: list[str]
) -> None:
    assert [one.path for one in differences(live, desired)] == fields


def test_a_repair_names_three_fields_and_what_to_edit_instead() -> None:
    ref = ObjectRef(DEPLOYMENT, "ops", "hal")
    (event,) = repairs(bot(), [Change(ref, WriteReason.DRIFTED, {}, ["a", "b", "c", "d", "e"])], ())
    assert event.note == (
        "Deployment ops/hal was changed by somebody else (a, b, c and 2 more) and has been restored; edit "
        "RitsukoBot hal (for example its `podTemplate`) or its McpSidecars instead"
    )
