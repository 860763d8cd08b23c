"""What kopf is told to watch."""

from __future__ import annotations

import inspect

import kopf
import pytest

from ritsuko_operator.runtime import watches
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key


@pytest.fixture
async def registry() -> kopf.OperatorRegistry:
    registry = kopf.OperatorRegistry()
    watches.register(registry, Intake(Cache(), WorkQueue[Key](), Metrics(), debounce=0))
    return registry


async def test_kopf_watches_our_two_kinds_and_nothing_else(registry: kopf.OperatorRegistry) -> None:
    watched = sorted(str(handler.selector) for handler in registry._watching.get_all_handlers())
    assert len(watched) == 2
    assert "mcpsidecars" in watched[0]
    assert "ritsukobots" in watched[1]


async def test_every_handler_runs_in_the_event_loop_and_not_in_a_thread_of_kopfs(
    registry: kopf.OperatorRegistry,
) -> None:
    assert all(inspect.iscoroutinefunction(handler.fn) for handler in registry._watching.get_all_handlers())


async def test_nothing_is_registered_that_would_write_to_users_resources(registry: kopf.OperatorRegistry) -> None:
    assert not registry._changing.get_all_handlers()
    assert not registry._spawning.get_all_handlers()
