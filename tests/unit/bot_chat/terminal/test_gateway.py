"""The terminal goes through the same answering code as every chat."""

from __future__ import annotations

import asyncio
import io
import sys

import pytest

from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.terminal.gateway import TerminalGateway, as_command
from ritsuko_bot.metrics import Metrics


class Echo:
    """Commands that repeat their line; "fail" fails, "break" raises, "hang" never answers."""

    def __init__(self) -> None:
        self.callers: list[Caller] = []
        self.hanging = asyncio.Event()

    async def answer(self, line: str, caller: Caller) -> Answer | None:
        self.callers.append(caller)
        if "break" in line:
            raise ZeroDivisionError
        if "hang" in line:
            self.hanging.set()
            await asyncio.Event().wait()
        return Answer((say(f"heard {line.strip()}"),), failed="fail" in line)


async def typed(text: str, monkeypatch: pytest.MonkeyPatch, commands: Echo) -> TerminalGateway:
    """A gateway that has answered all the lines of a pipe."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    gateway = TerminalGateway(commands, Metrics())
    await asyncio.wait_for(gateway.run(asyncio.Event()), 10)
    return gateway


async def test_lines_are_answered_in_their_order(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    commands = Echo()
    gateway = await typed("toolbox echo one\n\nmcp list\nhelp\nquit\nmcp never\n", monkeypatch, commands)
    assert capsys.readouterr().out.splitlines() == ["heard mcp toolbox echo one", "heard mcp list", "heard help"]
    assert not gateway.failed
    caller = commands.callers[0]
    assert (caller.asker.where, caller.asker.channel, caller.asker.user.role) == ("console", None, "owner")
    assert caller.dialogue is None


async def test_the_last_command_decides_whether_it_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await typed("fail\n", monkeypatch, Echo())).failed
    assert not (await typed("fail\nlist\n", monkeypatch, Echo())).failed


async def test_an_unexpected_error_is_an_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (await typed("break\n", monkeypatch, Echo())).failed
    assert "Internal error" in capsys.readouterr().out


async def test_a_running_command_can_be_cancelled(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("hang\nlist\n"))
    commands = Echo()
    gateway = TerminalGateway(commands, Metrics())
    assert not gateway.interrupt()
    running = asyncio.create_task(gateway.run(asyncio.Event()))
    await asyncio.wait_for(commands.hanging.wait(), 10)
    assert gateway.interrupt()
    await asyncio.wait_for(running, 10)
    assert capsys.readouterr().out.splitlines() == ["cancelled", "heard mcp list"]


@pytest.mark.parametrize(
    ("line", "command"),
    [("list", "mcp list"), ("mcp list", "mcp list"), ("MCP list", "MCP list"), ("help", "help"), (" next", "mcp next")],
)
def test_mcp_may_be_left_out(line: str, command: str) -> None:
    assert as_command(line) == command
