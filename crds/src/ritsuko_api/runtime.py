"""What a bot really runs: the report that it writes to `status.runtime` of its own RitsukoBot.

The same JSON is served at the bot's `/status`.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

FIELD_MANAGER = "ritsuko-bot"


class _Report(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True)


class ServerState(StrEnum):
    """Where a server stands: handshake done, not yet, failed, or switched off."""

    READY = "Ready"
    CONNECTING = "Connecting"
    DOWN = "Down"
    DISABLED = "Disabled"


class ServerInfo(_Report):
    "What the server reported about itself in the MCP handshake."

    name: str = Field(description="The server's own name.", max_length=256)
    version: str = Field(default="", description="The server's own version.", max_length=256)
    protocol_version: str = Field(default="", alias="protocolVersion", description="The MCP revision in use.")


class ServerReport(_Report):
    """One MCP server, as the bot sees it."""

    name: str = Field(description="The server's name, as users type it.")
    state: ServerState = Field(description="Ready after an MCP handshake; otherwise its current state.")
    server_info: ServerInfo | None = Field(
        default=None, alias="serverInfo", description="What the server reported about itself in the MCP handshake."
    )
    tools: list[str] = Field(default_factory=list, description="Names of its tools that the bot offers.")
    tools_hash: str | None = Field(
        default=None, alias="toolsHash", description="A hash of the tools' names, descriptions and schemas."
    )
    error: str | None = Field(default=None, description="Why it is not Ready.", max_length=1024)
    since: str | None = Field(default=None, description="Since when it is in this state (RFC 3339).")


class ZulipReport(_Report):
    """The bot's connection to Zulip."""

    connected: bool = Field(description="True while the bot has an active event queue.")
    since: str | None = Field(default=None, description="Since when it has been connected or disconnected (RFC 3339).")
    message: str | None = Field(default=None, description="Why it is not connected.", max_length=1024)


class RuntimeReport(_Report):
    """The whole report. `pod` and `podUid` say which pod wrote it."""

    pod: str = Field(description="The name of the pod that wrote this report.")
    pod_uid: str = Field(alias="podUid", description="The UID of the pod that wrote this report.")
    version: str = Field(description="The bot's own version.")
    config_revision: str | None = Field(
        default=None, alias="configRevision", description="The revision of the config that the bot runs."
    )
    config_error: str | None = Field(
        default=None,
        alias="configError",
        description="Why the bot rejected the mounted file; it keeps running the last valid one.",
        max_length=4096,
    )
    zulip: ZulipReport = Field(description="The connection to Zulip.")
    servers: list[ServerReport] = Field(default_factory=list[ServerReport], description="The MCP servers, by name.")
