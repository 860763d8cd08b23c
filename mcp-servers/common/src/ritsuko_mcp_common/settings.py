"""Configuration, by environment variables alone."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ritsuko_mcp_common.errors import ConfigurationError


class ServerSettings(BaseSettings):
    """What every server reads. A server subclasses it, sets `mcp_port`'s default and adds its own variables."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    mcp_host: str = Field(
        default="127.0.0.1", description="address to listen on; /mcp always accepts loopback peers only"
    )
    mcp_port: int = Field(default=8080, ge=0, le=65535, description="port to listen on")
    mcp_server_name: str = Field(default="", description="name of this server in the bot's mcp.json; default: its own")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="minimum level to log")
    mcp_auth_token: SecretStr | None = Field(
        default=None, description="bearer token that callers of /mcp must send; unset: none required"
    )
    mcp_require_user: bool = Field(default=False, description="refuse calls without a verified user assertion")
    mcp_output_budget: int = Field(default=16_000, ge=1_000, le=1_000_000, description="maximum bytes in one answer")
    mcp_deadline_seconds: float = Field(default=25.0, gt=0, le=600, description="a call that takes longer is cancelled")
    mcp_max_concurrent_calls: int = Field(
        default=8, ge=1, le=256, description="maximum concurrent calls; further ones are queued"
    )

    @model_validator(mode="after")
    def _token_is_usable(self) -> ServerSettings:
        if self.mcp_auth_token is not None and not self.mcp_auth_token.get_secret_value().strip():
            raise ValueError("MCP_AUTH_TOKEN is set but empty; set a value, or unset it to require no token")
        if self.mcp_require_user and self.mcp_auth_token is None:
            raise ValueError("MCP_REQUIRE_USER needs MCP_AUTH_TOKEN: user assertions are signed with that token")
        return self

    @property
    def auth_token(self) -> str | None:
        """The bearer token in the clear, for comparing and verifying; never for logging."""
        return None if self.mcp_auth_token is None else self.mcp_auth_token.get_secret_value()


SettingsT = TypeVar("SettingsT", bound=ServerSettings)


def load(
    settings: type[SettingsT], *, program: str, description: str, arguments: Sequence[str] | None = None
) -> SettingsT:
    """Read the environment; `--help` in `arguments` (default: the command line) prints the variables and exits.

    Raises `ConfigurationError`, whose message has one line per bad variable, without its value.
    """
    parser = argparse.ArgumentParser(
        prog=program,
        description=description,
        epilog=_variables(settings),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.parse_args(arguments)
    return from_environment(settings)


def from_environment(settings: type[SettingsT]) -> SettingsT:
    try:
        return settings()
    except ValidationError as error:
        raise ConfigurationError("\n".join(_complaint(detail) for detail in error.errors(include_url=False))) from error


def _complaint(detail: Any) -> str:
    name = "_".join(str(part) for part in detail["loc"]).upper()
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{name}: {message}" if name else message


def _variables(settings: type[ServerSettings]) -> str:
    width = max(len(name) for name in settings.model_fields)
    lines = ["environment variables:"]
    for name, field in settings.model_fields.items():
        default = "" if field.is_required() or field.default in (None, "") else f" (default {field.default})"
        lines.append(f"  {name.upper():{width}} {field.description}{default}")
    return "\n".join(lines)
