"""From a line that somebody typed to the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ritsuko_bot.commands.answer import Answer, say
from ritsuko_bot.commands.asker import Asker
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.servers import Servers

Progress = Callable[[str], Awaitable[None]]


class Interpreter:
    """Answers commands with the help of the servers. Safe to call from many tasks at once."""

    def __init__(self, servers: Servers, config_file: ConfigFile | None = None) -> None:
        self._servers = servers
        self._config_file = config_file

    async def answer(self, line: str, asker: Asker, *, progress: Progress) -> Answer | None:
        """The answer to one line; None when it is not a command for the bot.

        `progress` is told what a running call reports; it may be called from another task, any number of times.
        """
        return Answer((say("Not built yet."),), failed=True)
