"""The gateway to a terminal: a line is a command, and its answer is printed below it."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from ritsuko_bot.chat.answering import Answering
from ritsuko_bot.chat.message import IncomingMessage
from ritsuko_bot.chat.port import Commands
from ritsuko_bot.chat.terminal.chat import TerminalChat, TerminalInbox, TerminalPlace
from ritsuko_bot.metrics import Metrics
from ritsuko_bot.threads import in_thread

_LEAVE = ("quit", "exit", "q")
_LONGEST_HISTORY = 1_000
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


class TerminalGateway:
    """Reads from the standard input, with a prompt and a history where that is a terminal."""

    def __init__(self, commands: Commands, metrics: Metrics) -> None:
        self.interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._chat = TerminalChat()
        self._answering = Answering(self._chat, TerminalInbox(), commands, metrics)
        self._lines = 0
        self._running: asyncio.Task[None] | None = None

    @property
    def failed(self) -> bool:
        """Whether the last command could not do what was asked."""
        return self._chat.failed

    async def run(self, stopping: asyncio.Event) -> None:
        """Answers line by line until the input ends, somebody says quit, or `stopping` is set."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                reading = asyncio.create_task(in_thread(self._read, name="console"))
                await asyncio.wait({reading, stopped}, return_when=asyncio.FIRST_COMPLETED)
                if not reading.done():
                    reading.cancel()
                    return
                line = reading.result()
                if line is None or line.strip().casefold() in _LEAVE:
                    return
                if line.strip():
                    await self._answer(as_command(line))
        finally:
            stopped.cancel()
            await self._answering.abandon()

    def interrupt(self) -> bool:
        """Cancels the command that runs, if one does: true then."""
        return self._running is not None and self._running.cancel()

    async def _answer(self, line: str) -> None:
        self._lines += 1
        message = IncomingMessage(
            str(self._lines), "console", TerminalPlace(), line, sent=datetime.now(UTC), addressed=True
        )
        self._running = self._answering.hear(message)
        if self._running is None:
            return
        await asyncio.wait({self._running})
        if self._running.cancelled():
            self._chat.failed = True
            print("cancelled")
        self._running = None

    def _read(self) -> str | None:
        if not self.interactive:
            return sys.stdin.readline() or None
        try:
            # \1 and \2 tell readline which characters of the prompt take no room.
            return input(f"\1{_BOLD}\2ritsuko>\1{_PLAIN}\2 ")
        except EOFError:
            print()
            return None


def as_command(line: str) -> str:
    """The line as it would be typed in chat: here the leading `mcp` may be left out."""
    first = line.split(None, 1)[0].casefold()
    return line if first in ("mcp", "help") else f"mcp {line.lstrip()}"


@contextlib.contextmanager
def terminal(history: Path) -> Generator[None]:
    """Loads the history and saves it at the end; restores the terminal's settings."""
    import readline
    import termios

    settings = termios.tcgetattr(sys.stdin)
    readline.set_history_length(_LONGEST_HISTORY)
    with contextlib.suppress(OSError):
        readline.read_history_file(history)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, settings)
        # A read-only home directory is not an error.
        with contextlib.suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(history)
