"""The running operator: all parts, joined."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Coroutine, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import kopf

from ritsuko_operator.reconcile.bot import BotReconciler
from ritsuko_operator.reconcile.children.ownership import OURS
from ritsuko_operator.reconcile.children.refusals import Refusals
from ritsuko_operator.reconcile.cluster import BotKey
from ritsuko_operator.reconcile.credentials.secrets import SecretReader
from ritsuko_operator.reconcile.kinds import BOT, SIDECAR, watched
from ritsuko_operator.reconcile.memory import Memory
from ritsuko_operator.reconcile.sidecar import SidecarReconciler
from ritsuko_operator.runtime import watches
from ritsuko_operator.runtime.api import PAGE, Api
from ritsuko_operator.runtime.cache import Cache
from ritsuko_operator.runtime.connection import connection_info
from ritsuko_operator.runtime.errors import WatchEndedError
from ritsuko_operator.runtime.events import EventPoster
from ritsuko_operator.runtime.intake import Intake
from ritsuko_operator.runtime.leadership import Election
from ritsuko_operator.runtime.list_watch import ListWatch
from ritsuko_operator.runtime.live import LiveClusterApi
from ritsuko_operator.runtime.metrics import Metrics
from ritsuko_operator.runtime.no_persistence import NoDiffBase, NoProgress
from ritsuko_operator.runtime.queue import WorkQueue
from ritsuko_operator.runtime.resync import Resync
from ritsuko_operator.runtime.routing import Key
from ritsuko_operator.runtime.secret_polling import check_secrets
from ritsuko_operator.runtime.settings import Settings
from ritsuko_operator.runtime.web import application, serving
from ritsuko_operator.runtime.workers import Workers

logger = logging.getLogger(__name__)

_PATIENCE = 5.0  # seconds for tasks to end when they are cancelled
_COMING_BACK = 20.0  # seconds for a watch to be opened again and to deliver what it missed


async def run(settings: Settings, *, heed_signals: Callable[[], None]) -> None:
    """Runs until it is cancelled.

    Raises `WatchEndedError` if the watches end by themselves: without them the operator would be deaf. kopf takes the
    process's signals for itself when it starts; after that `heed_signals` is called to take them back.
    """
    clock = asyncio.get_running_loop().time
    metrics = Metrics()
    # the Lease has connections of its own: it is renewed also where all the others wait for an answer
    async with (
        Api(connection_info, metrics) as api,
        Api(connection_info, metrics) as api_of_lease,
        Api(connection_info, metrics, connections=0) as api_of_watches,
    ):
        # a sidecar's own status only follows what is done for its bot
        cache, queue = Cache(), WorkQueue[Key](urgent=lambda key: isinstance(key, BotKey))
        metrics.follow_queue(lambda: len(queue))
        election = _election(api_of_lease, settings)

        def leads() -> bool:
            return election is None or election.leading

        metrics.leader.set_function(leads)
        intake = Intake(cache, queue, metrics, settings.debounce, stands_by=lambda: not leads())
        resync = Resync(
            api,
            intake,
            namespaces=settings.namespaces,
            clock=clock,
            grace=settings.watch_inactivity + _COMING_BACK,
        )
        cluster = LiveClusterApi(
            api,
            intake,
            EventPoster(api, instance=settings.instance, clock=clock),
            clock=clock,
            may_write=leads,
        )
        memory = Memory()
        secrets, refusals = SecretReader(cluster, memory, peek=api.get_metadata), Refusals(memory)
        workers = Workers(
            queue,
            BotReconciler(
                cluster,
                cache,
                secrets,
                settings.release,
                refusals,
                memory,
                now=_now,
                follow=queue.add,
                patience=settings.patience,
            ),
            SidecarReconciler(cluster, cache, refusals, now=_now),
            metrics,
            settings.reconcile_timeout,
        )
        synced = asyncio.Event()

        def readiness() -> Sequence[str]:
            return [] if synced.is_set() else ["the resources have not been listed yet"]

        def health() -> Sequence[str]:
            return [f"the watch of {kind.plural} has stalled" for kind in resync.deaf]

        app = application(metrics, health=health, readiness=readiness)
        async with serving(app, settings.http_host, settings.http_port):
            await resync.until_first()
            synced.set()
            logger.info("serving %s", ", ".join(settings.namespaces) or "all namespaces")

            async def work() -> None:
                async with asyncio.TaskGroup() as group:
                    for _ in range(settings.workers):
                        group.create_task(workers.work())
                    for which, period in (
                        (secrets.named, settings.secrets_period),
                        (secrets.own, settings.own_secrets_period),
                    ):
                        group.create_task(check_secrets(secrets, which, queue, metrics, period=period))

            background = [
                asyncio.create_task(resync.run_for_ever(settings.resync_period), name="resync"),
                asyncio.create_task(_in_turn(election, resync, work), name="the work"),
                *(
                    asyncio.create_task(watch.run(), name=f"the watch of {watch.kind.plural}")
                    for watch in _list_watches(api_of_watches, intake, resync, settings)
                ),
            ]
            await _watch_beside(background, intake, settings, heed_signals)


def _list_watches(api: Api, intake: Intake, resync: Resync, settings: Settings) -> list[ListWatch]:
    """The watches of children and pods: in each namespace that is served, or one for all of them."""
    return [
        ListWatch(api, intake, kind, namespace, OURS, catch_up=resync.look_at, silent=settings.watch_inactivity)
        for kind in watched(cluster_wide=not settings.namespaces)
        if kind not in (BOT, SIDECAR)
        for namespace in settings.namespaces or (None,)
    ]


def _election(api: Api, settings: Settings) -> Election | None:
    if not settings.leader_election:
        return None
    return Election(
        api,
        namespace=settings.lease_namespace,
        name=settings.lease_name,
        identity=settings.instance,
        timing=settings.timing,
        clock=time.monotonic,
    )


async def _in_turn(election: Election | None, resync: Resync, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Works while this operator leads. Raises `LeadershipLostError` when it does so no more."""
    if election is None:
        return await work()
    await election.acquire()
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(election.keep())
            await resync.take_over()
            group.create_task(work())
    finally:
        await election.release()


async def _watch_beside(
    background: Sequence[asyncio.Task[None]], intake: Intake, settings: Settings, heed_signals: Callable[[], None]
) -> None:
    """Watches until it is cancelled; raises if one of kopf's root tasks or of ours ends.

    kopf is not waited for: with its session closed by a failure, its own way to the end can hang for ever.
    """
    tasks = [*background, *await _spawn_kopf(intake, settings)]
    heed_signals()
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        task = ended.pop()
        cause = None if task.cancelled() else _first_of(task.exception())
        raise WatchEndedError(f"{task.get_name()} ended unexpectedly: {cause}") from cause
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=_PATIENCE)


def _first_of(error: BaseException | None) -> BaseException | None:
    """What a group of tasks ended by, out of the group that it is wrapped in."""
    while isinstance(error, BaseExceptionGroup):
        error = cast(BaseExceptionGroup[BaseException], error).exceptions[0]
    return error


async def _spawn_kopf(intake: Intake, settings: Settings) -> Collection[asyncio.Task[None]]:
    registry = kopf.OperatorRegistry()
    watches.register(registry, intake)
    return await kopf.spawn_tasks(
        registry=registry,
        settings=_kopf_settings(settings),
        # Left to itself kopf asks for the user's name, which a UID alone has not. Its type for this is not public.
        identity=settings.instance,  # pyright: ignore[reportArgumentType]
        standalone=True,
        clusterwide=not settings.namespaces,
        namespaces=settings.namespaces,
    )


def _kopf_settings(ours: Settings) -> kopf.OperatorSettings:
    settings = kopf.OperatorSettings()
    settings.posting.enabled = False
    settings.scanning.disabled = True  # no rights on CRDs and namespaces are needed then; a CRD that goes ends kopf
    settings.watching.chunk_size = PAGE  # at the start all kinds are listed at once
    settings.watching.server_timeout = 300
    settings.watching.client_timeout = 310
    settings.watching.connect_timeout = 30
    settings.watching.inactivity_timeout = ours.watch_inactivity
    settings.networking.request_timeout = 30
    settings.queueing.idle_timeout = 0.1
    settings.persistence.diffbase_storage = NoDiffBase()
    settings.persistence.progress_storage = NoProgress()
    settings.process.ultimate_exiting_timeout = None  # the process ends with `run`
    return settings


def _now() -> datetime:
    return datetime.now(UTC)
