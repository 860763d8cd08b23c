"""Events are few, well formed, and never stand in the way."""

from __future__ import annotations

from ritsuko_api.reasons import Reason
from ritsuko_operator.reconcile.cluster import Object, Transition
from ritsuko_operator.reconcile.errors import ApiError
from ritsuko_operator.reconcile.kinds import BOT, Kind
from ritsuko_operator.runtime.events import EventPoster
from tests.unit.runtime.fakes import Clock, make


class Mailbox:
    def __init__(self, error: ApiError | None = None) -> None:
        self.posted: list[Object] = []
        self._error = error

    async def create(self, kind: Kind, namespace: str, manifest: Object) -> Object:
        if self._error:
            raise self._error
        self.posted.append(manifest)
        return manifest


def poster(mailbox: Mailbox, clock: Clock) -> EventPoster:
    return EventPoster(mailbox, instance="pod-1", clock=clock)  # pyright: ignore[reportArgumentType]


def news(uid: str = "one", note: str = "no") -> Transition:
    return Transition(make(BOT, "hal", 1, uid=uid), Reason.REPAIRED, note, warning=True)


async def test_an_event_says_what_happened_to_what() -> None:
    mailbox = Mailbox()
    await poster(mailbox, Clock()).post(news(note="x" * 5000))
    event = mailbox.posted[0]
    assert (event["reason"], event["type"], len(event["note"])) == (Reason.REPAIRED, "Warning", 1000)
    assert event["regarding"]["name"] == "hal"
    assert event["metadata"]["namespace"] == "ops"


async def test_somebody_who_changes_an_object_in_a_loop_gets_no_event_for_each_time() -> None:
    mailbox, clock = Mailbox(), Clock()
    events = poster(mailbox, clock)
    for _ in range(100):
        await events.post(news())
    assert len(mailbox.posted) == 20
    await events.post(news(uid="another"))
    assert len(mailbox.posted) == 21
    clock.now += 60
    for _ in range(100):
        await events.post(news())
    assert len(mailbox.posted) == 23


async def test_an_event_that_is_refused_is_no_error() -> None:
    await poster(Mailbox(ApiError("creating", 403, "Forbidden", "no")), Clock()).post(news())
