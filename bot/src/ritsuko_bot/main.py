"""The process: `ritsuko-bot` answers in Zulip, `ritsuko-bot --console` in the terminal."""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from ritsuko_bot import logs
from ritsuko_bot.console import talk
from ritsuko_bot.service import serve
from ritsuko_bot.settings import Settings, SettingsError, ZulipSettings, load
from ritsuko_bot.web.app import listen

logger = logging.getLogger(__name__)

_CANNOT_START = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs until it is stopped, and returns the exit code; 2 means that settings are missing or invalid."""
    options = _parser().parse_args(arguments)
    try:
        if options.console:
            settings = load(Settings)
            # A person at a terminal wants answers, and the log only if LOG_LEVEL is set.
            level = settings.log_level if "log_level" in settings.model_fields_set else "ERROR"
            return talk(options.config or settings.ritsuko_config, log_level=level)
        return _serve(load(ZulipSettings), options.config)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return _CANNOT_START


def _serve(settings: ZulipSettings, config: Path | None) -> int:
    logs.to_stderr(settings.log_level, as_json=True)
    try:
        listening = listen(settings.ritsuko_http_host, settings.ritsuko_http_port)
    except OSError as error:
        host, port = settings.ritsuko_http_host, settings.ritsuko_http_port
        raise SettingsError(f"RITSUKO_HTTP_PORT cannot be used: {host}:{port}: {error.strerror}") from error
    logger.info("serving on http://%s:%d", *listening.getsockname()[:2])

    async def until_stopped() -> None:
        stopping = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await serve(settings, config or settings.ritsuko_config, os.environ, listening, stopping)

    asyncio.run(until_stopped())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ritsuko-bot",
        description="Answers mcp commands in Zulip (ZULIP_SITE, ZULIP_EMAIL, ZULIP_API_KEY) or in this terminal.",
    )
    parser.add_argument("--console", action="store_true", help="use this terminal instead of Zulip; needs no cluster")
    parser.add_argument(
        "--config",
        type=Path,
        help="the mcp.json to use (default: RITSUKO_CONFIG, or else the MCP_<NAME>_URL variables)",
    )
    parser.add_argument("--version", action="version", version=f"ritsuko-bot {version('ritsuko-bot')}")
    return parser
