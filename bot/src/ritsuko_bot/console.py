"""The bot in a terminal: its servers and a prompt."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from ritsuko_api.runtime import ServerReport, ServerState
from ritsuko_bot import logs
from ritsuko_bot.calls.calls import Calls
from ritsuko_bot.chat.terminal.gateway import TerminalGateway, terminal
from ritsuko_bot.commands.interpreter import Interpreter
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.metrics import Metrics
from ritsuko_bot.readiness import settled
from ritsuko_bot.settings import SettingsError

_TYPED_WITHIN, _PIPED_WITHIN = 5.0, 60.0


def talk(config: Path | None, *, log_level: str) -> int:
    """Answers until the input ends; returns 1 if the last command failed and the input was not a terminal."""
    logs.to_stderr(log_level, as_json=False)
    config_file = ConfigFile(config, os.environ)
    config_file.load()
    if config_file.error:
        raise SettingsError(config_file.error)
    return asyncio.run(_talk(config_file))


async def _talk(config_file: ConfigFile) -> int:
    async with Servers() as servers:
        metrics = Metrics()
        gateway = TerminalGateway(Interpreter(servers, Calls(servers, metrics), config_file), metrics)
        watching = asyncio.create_task(config_file.run(servers.apply, servers.notify), name="config file")
        try:
            # A person sees what is missing and can ask again; piped commands run only once.
            await settled(servers, config_file, within=_TYPED_WITHIN if gateway.interactive else _PIPED_WITHIN)
            # The standard output has only answers if it is piped on.
            print(greeting(servers.reports()), file=sys.stdout if gateway.interactive else sys.stderr, flush=True)
            with terminal(_history()) if gateway.interactive else contextlib.nullcontext():
                await gateway.run(_until_interrupted(gateway))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    return int(gateway.failed and not gateway.interactive)


def greeting(servers: Sequence[ServerReport]) -> str:
    """The first line: the servers, and how to start."""
    how = 'Type "help" for the commands, "quit" to exit.'
    if not servers:
        return f"Ritsuko {version('ritsuko-bot')} has no MCP servers; pass a list with --config mcp.json. {how}"
    return f"Ritsuko {version('ritsuko-bot')}: {'; '.join(map(_in_words, servers))}. {how}"


def _in_words(server: ServerReport) -> str:
    if server.state is ServerState.READY:
        return f"{server.name} is ready with {len(server.tools)} tools"
    return f"{server.name} is {server.state.value.lower()}" + (f" ({server.error})" if server.error else "")


def _until_interrupted(gateway: TerminalGateway) -> asyncio.Event:
    """Set by Ctrl-C, unless a command is running: then that is cancelled instead."""
    stopping = asyncio.Event()

    def interrupted() -> None:
        if not gateway.interrupt():
            stopping.set()

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, interrupted)
    loop.add_signal_handler(signal.SIGTERM, stopping.set)
    return stopping


def _history() -> Path:
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "ritsuko" / "history"
