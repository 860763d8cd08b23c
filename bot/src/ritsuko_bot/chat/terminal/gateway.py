"""The gateway to a terminal: a line is a command, the answer is printed below it."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import shutil
import sys
from collections.abc import Generator
from pathlib import Path

from ritsuko_api.identity import User
from ritsuko_bot.access.person import Person
from ritsuko_bot.answers.answer import Answer
from ritsuko_bot.answers.terminal import render
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.gateway import Commands
from ritsuko_bot.chat.threads import in_thread

_LEAVE = ("quit", "exit", "q")
_LONGEST_HISTORY = 1_000
_DIM, _BOLD, _PLAIN = "\x1b[2m", "\x1b[1m", "\x1b[0m"


class ConsoleGateway:
    """Reads from the standard input, with a prompt and a history where that is a terminal, and prints.

    `failed` tells whether the last command could not do what was asked.
    """

    def __init__(self, commands: Commands) -> None:
        self.failed = False
        self.interactive = sys.stdin.isatty() and sys.stdout.isatty()
        self._commands = commands
        self._colour = sys.stdout.isatty()
        self._asker = Asker(Person(User(id="0", email=_login(), role="owner"), _login()), "console")
        self._call: asyncio.Task[Answer | None] | None = None

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

    def interrupt(self) -> bool:
        """Cancels the command that runs, if one does: true then."""
        return self._call is not None and self._call.cancel()

    async def _answer(self, line: str) -> None:
        self._call = asyncio.create_task(self._commands.answer(line, Caller(self._asker, self._progress)))
        try:
            answer = await self._call
        except asyncio.CancelledError:
            if not self._call.cancelled():
                raise
            self.failed = True
            print("cancelled")
            return
        finally:
            self._call = None
        if answer is not None:
            self.failed = answer.failed
            width = shutil.get_terminal_size().columns if self._colour else 120
            print(render(answer, colour=self._colour, width=width), flush=True)

    async def _progress(self, text: str) -> None:
        if self.interactive:
            printable = "".join(letter for letter in text if letter.isprintable())
            print(f"{_DIM}… {printable}{_PLAIN}", flush=True)

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
    """Loads the history and saves it at the end; gives the terminal back as it was."""
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
        # A read-only home is no reason to complain.
        with contextlib.suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(history)


def _login() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "you"
