"""What kopf is told to watch."""

from __future__ import annotations

import inspect

import kopf
import pytest

from ritsuko_operator.reconcile.kinds import CLUSTER_ROLE_BINDING, WATCHED
from ritsuko_operator.runtime import watches
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.routing import Key


@pytest.fixture
async def intake() -> Intake:
    return Intake(Cache(), WorkQueue[Key](), Metrics(), debounce=0)


@pytest.mark.parametrize("cluster_wide", [True, False])
async def test_every_kind_that_the_cache_keeps_is_watched(intake: Intake, cluster_wide: bool) -> None:
    registry = kopf.OperatorRegistry()
    watches.register(registry, intake, cluster_wide=cluster_wide)
    watched = {str(handler.selector) for handler in registry._watching.get_all_handlers()}
    kinds = [kind for kind in WATCHED if cluster_wide or kind != CLUSTER_ROLE_BINDING]
    assert len(watched) == len(kinds)
    assert all(any(kind.plural in selector for selector in watched) for kind in kinds)


async def test_every_handler_runs_in_the_event_loop_and_not_in_a_thread_of_kopfs(intake: Intake) -> None:
    registry = kopf.OperatorRegistry()
    watches.register(registry, intake, cluster_wide=True)
    assert all(inspect.iscoroutinefunction(handler.fn) for handler in registry._watching.get_all_handlers())


async def test_nothing_is_registered_that_would_write_to_users_resources(intake: Intake) -> None:
    registry = kopf.OperatorRegistry()
    watches.register(registry, intake, cluster_wide=True)
    assert not registry._changing.get_all_handlers()
    assert not registry._spawning.get_all_handlers()
