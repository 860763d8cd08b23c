"""Event queues: registering, long polling, pruning, heartbeats, expiry, and the event server's restarts.

Everything runs on the server's event loop; nothing here is safe to call from another thread.
"""

from __future__ import annotations

import asyncio
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from tests.zulip.clock import Clock
from tests.zulip.errors import ApiError, HtmlError, bad_queue

HEARTBEAT_SECONDS = 49.0
"""How long a poll blocks before it gets a heartbeat (45 to 55 s on a real server, drawn anew each time)."""
IDLE_SECONDS = 600.0
LONGEST_LIFESPAN = 7 * 24 * 3600.0
COLLECT_EVERY = 60.0
"""Expired queues are dropped by a sweep once a minute, so they live up to that much longer."""

NarrowTest = Callable[[dict[str, Any], list[str]], bool]


@dataclass
class Poll:
    ended: asyncio.Future[list[dict[str, Any]] | HtmlError]
    heartbeat_at: float


@dataclass
class EventQueue:
    user_id: int
    created: float
    event_types: list[str] | None = None
    narrow: NarrowTest | None = None
    all_public_streams: bool = False
    apply_markdown: bool = True
    client_gravatar: bool = True
    bulk_deletion: bool = False
    lifespan: float = IDLE_SECONDS
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    newest_pruned: int = -1
    poll: Poll | None = None
    last_seen: float = 0.0
    _events: deque[dict[str, Any]] = field(default_factory=deque)
    _merged: dict[str, dict[str, Any]] = field(default_factory=dict)
    _next_id: int = 0

    def __post_init__(self) -> None:
        self.last_seen = self.created

    def wants(self, event_type: str) -> bool:
        return self.event_types is None or event_type in self.event_types

    def push(self, event: dict[str, Any]) -> None:
        event = {**event, "id": self._next_id}
        self._next_id += 1
        kind = _mergeable(event)
        if kind is None:
            self._events.append(event)
        elif kind in self._merged:
            earlier = self._merged[kind]
            messages = [*earlier.get("messages", []), *event.get("messages", [])]
            earlier |= event
            if messages:
                earlier["messages"] = messages
        else:
            self._merged[kind] = event
        self.finish_poll()

    def contents(self) -> list[dict[str, Any]]:
        self._events = deque(sorted([*self._events, *self._merged.values()], key=lambda event: event["id"]))
        self._merged.clear()
        return list(self._events)

    def acknowledge(self, last_event_id: int) -> None:
        """Drop what the client has seen. An id that was never in the queue is refused only after dropping."""
        if last_event_id < self.newest_pruned:
            raise ApiError(f"An event newer than {last_event_id} has already been pruned!")
        self.contents()
        while self._events and self._events[0]["id"] <= last_event_id:
            self.newest_pruned = self._events.popleft()["id"]
        if last_event_id != self.newest_pruned:
            raise ApiError(f"Event {last_event_id} was not in this queue")

    @property
    def empty(self) -> bool:
        return not self._events and not self._merged

    def finish_poll(self, answer: HtmlError | None = None, *, displaced: bool = False) -> None:
        if self.poll is None:
            return
        poll, self.poll = self.poll, None
        if not poll.ended.done():
            poll.ended.set_result(answer or ([] if displaced else self.contents()))


def _mergeable(event: dict[str, Any]) -> str | None:
    """Restarts, and flag changes of the same kind, pile up into one event."""
    if event["type"] == "restart":
        return "restart"
    if event["type"] == "update_message_flags" and (event["flag"], event["op"]) != ("read", "remove"):
        return f"flags/{event['op']}/{event['flag']}"
    return None


class Queues:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._queues: dict[str, EventQueue] = {}
        self._last_sweep = clock.now()
        self._held: list[Callable[[EventQueue], dict[str, Any] | None]] = []
        self.down = False
        self.generation = int(clock.now())

    def add(self, queue: EventQueue) -> EventQueue:
        if self.down:
            raise ApiError("Internal server error", None, status=500)
        self._queues[queue.id] = queue
        return queue

    def all(self) -> list[EventQueue]:
        return list(self._queues.values())

    def of(self, user_id: int) -> list[EventQueue]:
        return [queue for queue in self._queues.values() if queue.user_id == user_id]

    def get(self, user_id: int, queue_id: str) -> EventQueue:
        queue = self._queues.get(queue_id)
        if queue is None or queue.user_id != user_id:
            raise bad_queue(queue_id)
        return queue

    def delete(self, user_id: int, queue_id: str) -> None:
        queue = self.get(user_id, queue_id)
        del self._queues[queue_id]
        queue.finish_poll(displaced=True)

    def expire(self, user_id: int | None = None) -> None:
        """Forget queues as if they had been idle too long: everyone's, or one user's."""
        for queue in self.all():
            if user_id in (None, queue.user_id):
                self.delete(queue.user_id, queue.id)

    def publish(self, event: dict[str, Any], user_ids: Iterable[int]) -> None:
        """Give an event to every queue of these users that asked for its type."""
        users = set(user_ids)
        self.deliver(lambda queue: event if queue.user_id in users and queue.wants(event["type"]) else None)

    def deliver(self, event_for: Callable[[EventQueue], dict[str, Any] | None]) -> None:
        """Ask for each queue's version of an event. While the event server is down, the asking waits."""
        if self.down:
            self._held.append(event_for)
            return
        for queue in self.all():
            event = event_for(queue)
            if event is not None:
                queue.push(event)

    async def poll(self, queue: EventQueue, gone: Callable[[], Any]) -> list[dict[str, Any]]:
        """Block until there is something to say. `gone` is awaited too: it ends when the client hangs up."""
        ended: asyncio.Future[list[dict[str, Any]] | HtmlError] = asyncio.get_running_loop().create_future()
        poll = queue.poll = Poll(ended, self._clock.now() + HEARTBEAT_SECONDS)
        hung_up = asyncio.ensure_future(gone())
        try:
            await asyncio.wait((ended, hung_up), return_when=asyncio.FIRST_COMPLETED)
        finally:
            hung_up.cancel()
            queue.last_seen = self._clock.now()
            if queue.poll is poll:
                queue.poll = None
        answer = ended.result() if ended.done() else []
        if isinstance(answer, HtmlError):
            raise answer
        return answer

    def tick(self) -> None:
        """Give due heartbeats and sweep expired queues; called often, and after every jump of the clock."""
        now = self._clock.now()
        for queue in self.all():
            if queue.poll is not None and queue.poll.heartbeat_at <= now:
                queue.push({"type": "heartbeat"})
                queue.last_seen = now
        if now - self._last_sweep >= COLLECT_EVERY:
            self._last_sweep = now
            for queue in self.all():
                if queue.poll is None and now - queue.last_seen >= queue.lifespan:
                    del self._queues[queue.id]

    def stop(self, *, killed: bool) -> None:
        """The event server goes away: open polls get nginx's 502. Killed, it takes its queues with it."""
        self.down = True
        for queue in self.all():
            queue.finish_poll(HtmlError(502, "502 Bad Gateway", charset=False))
        if killed:
            self._queues.clear()

    def start(self, event: dict[str, Any]) -> None:
        """Back again: what happened meanwhile is delivered, then every queue hears of the restart, asked for or not."""
        self.down = False
        self.generation = max(self.generation + 1, int(self._clock.now()))
        held, self._held = self._held, []
        for event_for in held:
            self.deliver(event_for)
        for queue in self.all():
            queue.push({"type": "restart", **event, "server_generation": self.generation})

    def close(self) -> None:
        for queue in self.all():
            queue.finish_poll()
