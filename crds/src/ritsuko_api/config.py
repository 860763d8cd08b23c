"""The mounted config: `mcp.json`, the list of servers a bot talks to.

The shape is the `mcpServers` object that MCP clients everywhere read; what Ritsuko adds stands under each server and
beside the list. No secret is ever in it: a bearer token is a file, named by `tokenFile`, and so are the headers of a
remote server, named by `headerFiles`.

The operator writes this file and the bot reads it. The bot also reads any other client's plain `mcp.json`.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ritsuko_api.access import Access
from ritsuko_api.tools import ToolsPolicy as ToolsPolicy

SERVER_NAME_PATTERN = r"^[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?$"

ServerName = Annotated[str, Field(pattern=SERVER_NAME_PATTERN)]
# RFC 9110, 5.6.2 and 5.5.
HeaderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")]
HeaderValue = Annotated[str, Field(pattern=r"^[^\x00-\x08\x0a-\x1f\x7f]*$")]
FilePath = Annotated[str, Field(pattern=r"^[^\x00]+$")]


class ConfigError(ValueError):
    """The file cannot be used. The message names the place in the file and what is wrong with it."""


class _Server(BaseModel):
    """What every server's entry may say. Other clients' fields that Ritsuko has no use for are passed over."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, frozen=True)

    tools: ToolsPolicy = Field(
        default_factory=ToolsPolicy,
        description="Allowed tools, aliases, timeouts and rate limits.",
    )


class HttpServer(_Server):
    """A server reached over streamable HTTP, or over the older SSE transport."""

    type: Literal["http", "streamable-http", "streamableHttp", "sse"] = Field(
        default="http", description="sse: the transport of MCP 2024-11-05; all others: streamable HTTP."
    )
    url: str = Field(pattern=r"^https?://[^\s/]+\S*$", description="The MCP endpoint.")
    headers: dict[HeaderName, HeaderValue] = Field(default_factory=dict, description="Sent with every request.")
    header_files: dict[HeaderName, FilePath] = Field(
        default_factory=dict,
        alias="headerFiles",
        description="Headers sent with every request, each with the file that holds its value; read for every "
        "connection, and again when the server rejects it.",
    )
    token_file: FilePath | None = Field(
        default=None, alias="tokenFile", description="File with the bearer token; read for every connection."
    )

    @model_validator(mode="after")
    def _every_header_comes_from_one_place(self) -> HttpServer:
        origins = [("headers", name) for name in self.headers] + [("headerFiles", name) for name in self.header_files]
        origins += [("tokenFile", "Authorization")] if self.token_file is not None else []
        seen: dict[str, str] = {}
        for origin, name in origins:
            other = seen.setdefault(name.lower(), origin)
            if other != origin:
                raise ValueError(f"the header {name} is set in both {other} and {origin}: remove one of them")
        if len(seen) < len(origins):
            raise ValueError("two header names differ only in case: remove one of them")
        return self


class StdioServer(_Server):
    """A server that the bot starts itself and talks to over its standard input and output."""

    type: Literal["stdio"] = Field(default="stdio", description="Given by the `command`.")
    command: str = Field(min_length=1, description="The program to run.")
    args: list[str] = Field(default_factory=list, description="Its arguments.")
    env: dict[str, str] = Field(default_factory=dict, description="Additional environment variables of the process.")
    cwd: str | None = Field(default=None, description="Working directory of the process.")


ServerEntry = HttpServer | StdioServer


class McpConfig(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="ignore", populate_by_name=True, frozen=True)

    revision: str | None = Field(
        default=None, description="Revision of the resources that this file was rendered from; the bot reports it back."
    )
    mcp_enabled: bool = Field(
        default=True, alias="mcpEnabled", description="False: MCP is disabled and the bot says so."
    )
    channels: list[str] = Field(
        default_factory=list, description="The Zulip channels in which the bot answers; empty: all of them."
    )
    access: Access = Field(default_factory=Access, description="Who may call which tools.")
    mcp_servers: dict[ServerName, ServerEntry] = Field(
        default_factory=dict, alias="mcpServers", description="The servers, by the name that users type."
    )

    @field_validator("mcp_servers", mode="before")
    @classmethod
    def _pick_the_transport(cls, servers: object) -> object:
        """Reads each entry as the one kind it is, so that an error speaks of that kind alone."""
        if not isinstance(servers, dict):
            return servers
        return {name: _parse_server(name, entry) for name, entry in servers.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]

    @model_validator(mode="after")
    def _names_differ_by_more_than_case(self) -> McpConfig:
        seen: dict[str, str] = {}
        for name in self.mcp_servers:
            other = seen.setdefault(name.casefold(), name)
            if other != name:
                raise ValueError(f"servers {other!r} and {name!r} differ only in case: rename one of them")
        return self


def parse(text: str | bytes) -> McpConfig:
    """Reads a whole file; raises `ConfigError` with every problem in it, a line each, and never half a config."""
    try:
        raw = json.loads(text)
    except RecursionError as error:
        raise ConfigError("not valid JSON: it is nested too deeply") from error
    except ValueError as error:  # of syntax, of encoding, of numbers that are too long
        raise ConfigError(f"not valid JSON: {error}") from error
    if not isinstance(raw, dict):
        raise ConfigError('expected an object like {"mcpServers": {...}}')
    if "mcpServers" not in raw:
        raise ConfigError('missing "mcpServers" object; write {"mcpServers": {}} for a bot without servers')
    try:
        return McpConfig.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(describe(error)) from error


def dump(config: McpConfig) -> str:
    """The file's text: stable (sorted keys), without fields that stand at their default."""
    document = config.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    document["mcpEnabled"] = config.mcp_enabled
    document["mcpServers"] = {
        name: {"type": server.type, **server.model_dump(by_alias=True, exclude_defaults=True, mode="json")}
        for name, server in config.mcp_servers.items()
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def with_revision(config: McpConfig) -> McpConfig:
    """The same config with `revision` set to a hash of everything else in it."""
    bare = config.model_copy(update={"revision": None})
    return config.model_copy(update={"revision": hashlib.sha256(dump(bare).encode()).hexdigest()[:12]})


def from_environment(environ: Mapping[str, str]) -> McpConfig:
    """The config of a bot without a file: one server for every `MCP_<NAME>_URL`.

    `MCP_<NAME>_TOKEN_FILE` names the file with that server's bearer token.
    """
    servers: dict[str, ServerEntry] = {}
    for key, url in sorted(environ.items()):
        match = re.fullmatch(r"MCP_([A-Z0-9_]+)_URL", key)
        if match and url:
            name = match[1].lower().replace("_", "-")
            entry: dict[str, object] = {"url": url, "tokenFile": environ.get(f"MCP_{match[1]}_TOKEN_FILE")}
            try:
                servers[name] = HttpServer.model_validate(entry)
            except ValidationError as error:
                raise ConfigError(f"{key}: {describe(error)}") from error
    return McpConfig(mcpServers=servers)


def describe(error: ValidationError) -> str:
    """A validation error as lines `place: what is wrong`, without the values (they may be secrets)."""
    lines: list[str] = []
    for problem in error.errors(include_url=False, include_input=False):
        place = ".".join(str(part) for part in problem["loc"]) or "the file"
        lines.append(f"{place}: {problem['msg'].removeprefix('Value error, ')}")
    return "\n".join(lines)


def _parse_server(name: object, entry: object) -> object:
    if isinstance(entry, HttpServer | StdioServer):
        return entry
    if not isinstance(entry, dict):
        raise ValueError(f'{name}: expected an object like {{"url": "http://localhost:8081/mcp"}}')
    model = StdioServer if "command" in entry else HttpServer
    if model is HttpServer and "url" not in entry:
        raise ValueError(f"{name}: set `url` (HTTP) or `command` (stdio)")
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        raise ValueError(f"{name}: " + "; ".join(describe(error).splitlines())) from error
