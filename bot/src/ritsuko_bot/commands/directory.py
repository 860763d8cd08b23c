"""Finds the server, tool or alias of a name, or answers with the names there are."""

from __future__ import annotations

from collections.abc import Sequence

from ritsuko_api.tools import RESERVED_WORDS
from ritsuko_bot.access.policy import offered
from ritsuko_bot.answers.answer import Answer, Block, Code, Inline, Strong, codes, say
from ritsuko_bot.commands import guide
from ritsuko_bot.mcp.config_file import ConfigFile
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.mcp.tools import Tool
from ritsuko_common.nearest import find, nearest


class Directory:
    """The names that are valid now."""

    def __init__(self, servers: Servers, config_file: ConfigFile | None) -> None:
        self._servers = servers
        self._config_file = config_file

    def all(self) -> list[Server]:
        """The servers, in the config's order."""
        return list(self._servers.running.values())

    def missing(self) -> Block | None:
        """Why there is no server at all; None when there are some."""
        config = self._servers.config
        if not config.mcp_enabled:
            return say(
                Strong("MCP is disabled for this bot"), ": its RitsukoBot has ",
                Code("mcpSidecars.enabled: false"), ". No commands can run until that changes.",
            )  # fmt: skip
        if self._servers.running:
            return None
        if self._config_file is not None and self._config_file.error:
            return say(Strong("The list of servers is invalid:"), " ", self._config_file.error)
        return say(
            Strong("No MCP server is connected to this bot."), " Add a McpSidecar whose ", Code("botRef"),
            " names it (or an entry in mcp.json). Its tools then appear without a restart.",
        )  # fmt: skip

    def server(self, name: str) -> Server | Answer:
        """The server of this name."""
        running = self._servers.running
        found = find(name, running)
        if found is not None:
            return running[found]
        missing = self.missing()
        if missing is not None:
            return _failed(missing)
        near = nearest(name, [*running, "list", "help", "status", "next"])
        return _failed(
            say("Unknown server ", Code(name), ".", *_did_you_mean([f"mcp {other}" for other in near])),
            say("Available servers: ", *codes(list(running)), "."),
        )

    def alias(self, server: Server, name: str) -> str | None:
        """What an alias of the server stands for: a tool and its first arguments."""
        found = find(name, server.policy.aliases)
        return server.policy.aliases[found] if found is not None else None

    def tool(self, server: Server, name: str) -> Tool | Answer:
        """The server's tool of this name."""
        found = find(name, server.tools)
        if found is not None:
            return server.tools[found]
        if not server.tools:
            return _failed(
                guide.not_ready(server) if server.error else say(Code(server.name), " has not listed its tools yet.")
            )
        near = nearest(name, [*server.tools, *server.policy.aliases, *RESERVED_WORDS])
        names = [tool.name for tool in server.tools.values() if offered(tool, server.policy)]
        shown = [*codes(names[:20]), "." if len(names) <= 20 else f" and {len(names) - 20} more."]
        return _failed(
            say(
                Code(server.name), " has no tool ", Code(name), ".",
                *_did_you_mean([f"mcp {server.name} {other}" for other in near]),
            ),
            say("Its tools: ", *shown) if names else say("You may not call any of its tools here."),
        )  # fmt: skip


def _failed(*blocks: Block) -> Answer:
    return Answer(blocks, failed=True)


def _did_you_mean(commands: Sequence[str]) -> list[Inline]:
    return [" Did you mean ", *codes(commands), "?"] if commands else []
