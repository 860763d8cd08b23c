"""The bot in a terminal, as a real process: piped, and at a real (pseudo) terminal."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.bot.test_process import with_toolbox

COMMAND = [sys.executable, "-m", "ritsuko_bot", "--console"]


def piped(text: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MCP_", "RITSUKO_"))}
    return subprocess.run(
        [*COMMAND, *arguments],
        input=text,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return with_toolbox(tmp_path / "mcp.json")


def test_piped_commands_are_answered_with_or_without_mcp_before_them(config: Path):
    done = piped("mcp toolbox echo one\ntoolbox echo two\n\nhelp\n", "--config", str(config))
    assert done.returncode == 0
    one, two, help_text = (done.stdout.find(word) for word in ("one", "two", "mcp list"))
    assert 0 <= one < two < help_text
    assert "\x1b" not in done.stdout
    assert "toolbox is ready with" in done.stderr


def test_a_command_that_fails_makes_the_process_fail(config: Path):
    done = piped("toolbox ekho one\n", "--config", str(config))
    assert done.returncode == 1
    assert "mcp toolbox echo" in done.stdout


def test_quit_ends_it(config: Path):
    done = piped("quit\ntoolbox echo never\n", "--config", str(config))
    assert done.returncode == 0
    assert "never" not in done.stdout


def test_a_config_that_is_not_there_is_named(tmp_path: Path):
    done = piped("mcp list\n", "--config", str(tmp_path / "nothing.json"))
    assert done.returncode == 2
    assert "nothing.json: cannot be read: No such file or directory" in done.stderr
    assert done.stdout == ""


def test_without_servers_it_says_how_to_give_it_some():
    done = piped("mcp list\n")
    assert "pass a list with --config mcp.json" in done.stderr


class Terminal:
    """A bot at a pseudo terminal: `type` at it and `read` what it shows."""

    def __init__(self, config: Path, home: Path) -> None:
        self._main, child = pty.openpty()
        environment = {**os.environ, "HOME": str(home), "TERM": "xterm", "XDG_STATE_HOME": str(home)}
        self.process = subprocess.Popen(
            [*COMMAND, "--config", str(config)],
            stdin=child,
            stdout=child,
            stderr=child,
            env=environment,
            start_new_session=True,
        )
        os.close(child)
        self.shown = ""

    def type(self, text: str) -> None:
        os.write(self._main, text.encode())

    def read(self, text: str, within: float = 20) -> None:
        """Returns as soon as `text` is shown, and forgets what was shown up to there."""
        until = time.monotonic() + within
        while text not in self.shown:
            if time.monotonic() > until:
                raise TimeoutError(self.shown)
            if select.select([self._main], [], [], 0.1)[0]:
                self.shown += os.read(self._main, 65536).decode(errors="replace")
        self.shown = self.shown.partition(text)[2]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._main)


@pytest.fixture
def terminal(config: Path, tmp_path: Path) -> Iterator[Terminal]:
    terminal = Terminal(config, tmp_path)
    yield terminal
    terminal.close()


def test_at_a_terminal_it_greets_prompts_answers_and_keeps_a_history(terminal: Terminal, tmp_path: Path):
    terminal.read("toolbox is ready with")
    terminal.read("ritsuko>")
    terminal.type("toolbox echo hello\n")
    terminal.read("echo hello")
    terminal.read("hello")
    terminal.read("ritsuko>")
    terminal.type("quit\n")
    assert terminal.process.wait(10) == 0
    assert "toolbox echo hello" in (tmp_path / "ritsuko" / "history").read_text()


def test_ctrl_c_ends_a_call_first_and_the_console_then(terminal: Terminal):
    terminal.read("ritsuko>")
    terminal.type("toolbox sleep 30\n")
    terminal.read("sleeping")
    terminal.process.send_signal(signal.SIGINT)
    terminal.read("cancelled")
    terminal.read("ritsuko>")
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.process.wait(10) == 0
