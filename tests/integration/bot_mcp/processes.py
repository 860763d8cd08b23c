"""Servers as real processes, and waiting for what they bring about."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

SERVERS = Path(__file__).parent / "servers"
TOOLBOX = str(SERVERS / "toolbox.py")
LIBRARY = str(SERVERS / "library.py")
GARBAGE = str(SERVERS / "garbage.py")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def until(condition: Callable[[], object], *, within: float = 30, what: str = "") -> float:
    """Waits for a condition and returns how long it took; fails when it does not come true in time."""
    clock = asyncio.get_running_loop().time
    began = clock()
    while not condition():
        if clock() - began > within:
            raise AssertionError(f"not within {within} s: {what or condition}")
        await asyncio.sleep(0.01)
    return clock() - began


def written(notes: Path) -> list[str]:
    """What a server has written down there (its option `--notes`)."""
    return notes.read_text().splitlines() if notes.exists() else []


def note(notes: Path, line: str) -> None:
    """Writes a line for the server to find."""
    with notes.open("a") as file:
        file.write(line + "\n")


class Process:
    """A server's process."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def kill(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def python_server(script: str, port: int, *options: str) -> AsyncIterator[Process]:
    """Runs one of our test servers on a port and waits until it listens."""
    async with running(port, sys.executable, script, "--port", str(port), *options) as process:
        yield process


@asynccontextmanager
async def running(port: int, *command: str, env: dict[str, str] | None = None) -> AsyncIterator[Process]:
    started = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        env={**os.environ, **(env or {})},
    )
    process = Process(started)
    try:
        async with asyncio.timeout(60):
            while not await _listens(port):
                assert started.returncode is None, f"{command[0]} ended with {started.returncode}"
                await asyncio.sleep(0.05)
        yield process
    finally:
        await process.kill()


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True
