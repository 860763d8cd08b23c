"""The bot as a service: how its parts are connected, started and stopped."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Coroutine, Mapping
from pathlib import Path

from ritsuko_bot.calls.calls import Calls
from ritsuko_bot.chat.zulip.client import ZulipClient
from ritsuko_bot.chat.zulip.gateway import ZulipGateway
from ritsuko_bot.chat.zulip.status import ZulipStatus
from ritsuko_bot.cluster.api import Api, ApiError
from ritsuko_bot.cluster.lease import Lease
from ritsuko_bot.cluster.report import ReportWriter
from ritsuko_bot.cluster.resource import Own
from ritsuko_bot.commands.interpreter import Interpreter
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.metrics import Metrics
from ritsuko_bot.readiness import settled
from ritsuko_bot.settings import SettingsError, ZulipSettings
from ritsuko_bot.state import Identity, State
from ritsuko_bot.web import app
from ritsuko_common.service_account import ServiceAccount

logger = logging.getLogger(__name__)

_SETTLES_WITHIN = 5.0


async def serve(
    settings: ZulipSettings,
    config: Path | None,
    environ: Mapping[str, str],
    listening: socket.socket,
    stopping: asyncio.Event,
) -> None:
    """Runs the bot until `stopping` is set. If a part fails, all of it ends with that part's exception."""
    async with contextlib.AsyncExitStack() as stack:
        servers = await stack.enter_async_context(Servers())
        metrics = Metrics()
        config_file = ConfigFile(config, environ)
        zulip = ZulipStatus(changed=servers.notify)
        identity = Identity(pod=settings.pod_name, pod_uid=settings.pod_uid, version=settings.ritsuko_version)
        state = State(identity, servers, config_file, zulip, metrics)
        client = ZulipClient(settings.account)
        stack.callback(client.close)
        gateway = ZulipGateway(
            client,
            Interpreter(servers, Calls(servers, metrics), config_file),
            zulip,
            metrics,
            channels=lambda: servers.config.channels,
        )
        writer: ReportWriter | None = None
        if settings.ritsuko_bot and settings.pod_namespace:
            api = await stack.enter_async_context(_api(environ))
            own = Own(settings.pod_namespace, settings.ritsuko_bot)
            state.lease = Lease(api, own, identity=settings.pod_name, changed=servers.notify)
            writer = ReportWriter(api, own, state.report, metrics)
        async with asyncio.TaskGroup() as tasks:
            helpers = [
                tasks.create_task(config_file.run(state.apply, servers.notify), name="config file"),
                tasks.create_task(app.serve(state, listening), name="http"),
            ]
            await _first_of(settled(servers, config_file, within=_SETTLES_WITHIN), stopping.wait())
            if state.lease is None or writer is None:
                await gateway.run(stopping)
            else:
                helpers.append(tasks.create_task(_pass_on(servers, writer), name="changes"))
                await _answer_in_turn(gateway, state.lease, writer, stopping)
            for task in helpers:
                task.cancel()
    logger.info("stopped")


async def _answer_in_turn(gateway: ZulipGateway, lease: Lease, writer: ReportWriter, stopping: asyncio.Event) -> None:
    """Waits for the Lease, answers while this pod holds it, and repeats that until stopped."""

    async def answer() -> None:
        await _first_of(gateway.run(stopping), writer.run())

    while not stopping.is_set():
        await _first_of(gateway.stand_by(), lease.acquire(), stopping.wait())
        if lease.held:
            await lease.keep(answer)


async def _first_of(*work: Coroutine[object, object, object]) -> None:
    """Returns, or raises, as the first of them does; the others are cancelled."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _pass_on(servers: Servers, writer: ReportWriter) -> None:
    async for _ in servers.changes():
        writer.changed()


def _api(environ: Mapping[str, str]) -> Api:
    account = ServiceAccount.of_pod(environ)
    if account is None:
        raise SettingsError("RITSUKO_BOT is set, but no ServiceAccount token is mounted here")
    try:
        return Api(account)
    except ApiError as error:
        raise SettingsError(f"RITSUKO_BOT is set, but the API server cannot be used: {error}") from error
