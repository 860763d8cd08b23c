"""One server: its world, its queues, its limits and its faults, handed to whatever answers a request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.zulip.clock import Clock
from tests.zulip.faults import Faults
from tests.zulip.limits import RateLimits
from tests.zulip.queues import Queues
from tests.zulip.seed import recorded_world
from tests.zulip.world import Message, World

ZULIP_VERSION = "9.0-dev+git"
FEATURE_LEVEL = 247
VERSION_FIELDS = {"zulip_version": ZULIP_VERSION, "zulip_feature_level": FEATURE_LEVEL, "zulip_merge_base": ""}


@dataclass
class Server:
    clock: Clock
    world: World
    queues: Queues
    limits: RateLimits
    faults: Faults
    on_message: list[Callable[[Message], None]] = field(default_factory=list)
    """Called after each message has been stored and its events published."""

    @classmethod
    def fresh(cls, *, requests_per_minute: int | None = 200) -> Server:
        clock = Clock()
        return cls(clock, recorded_world(clock), Queues(clock), RateLimits(clock, requests_per_minute), Faults())
