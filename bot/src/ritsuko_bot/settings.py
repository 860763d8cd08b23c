"""The settings of the process, from its environment."""

from __future__ import annotations

import socket
from importlib.metadata import version
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ritsuko_bot.chat.zulip.client import Account

Loaded = TypeVar("Loaded", bound="Settings")


class SettingsError(Exception):
    """Variables are missing or invalid; the message has a line for each that says what to set."""


class Settings(BaseSettings):
    """The settings of every bot. A field is the environment variable of its name in upper case."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True, hide_input_in_errors=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = Field(
        default="INFO", description="DEBUG, INFO, WARNING, ERROR or CRITICAL"
    )
    ritsuko_config: Path | None = Field(default=None, description="the path of mcp.json")

    @field_validator("log_level", mode="before")
    @classmethod
    def _any_case(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level


class ZulipSettings(Settings):
    """The settings of a bot in Zulip. It is in a cluster if its resource's name and its pod's namespace are set."""

    zulip_site: str = Field(
        pattern=r"^(https?://)?([^\s/:\[]+|\[[0-9A-Fa-f:]+\])(:\d+)?(/\S*)?$",
        description="the address of the organisation, like https://chat.example.com",
    )
    zulip_email: str = Field(
        pattern=r"^[^\s@:]+@[^\s@:]+$", description="the bot's e-mail address (Zulip: Personal settings, Bots)"
    )
    zulip_api_key: SecretStr = Field(min_length=1, description="the bot's API key (Zulip: Personal settings, Bots)")
    ritsuko_version: str = Field(default_factory=lambda: version("ritsuko-bot"), description="the bot's version")
    ritsuko_http_host: str = Field(default="127.0.0.1", description="the address that the HTTP port listens on")
    ritsuko_http_port: int = Field(default=8080, ge=0, le=65535, description="the HTTP port, 0 for any free one")
    ritsuko_bot: str | None = Field(default=None, description="the name of the bot's own RitsukoBot")
    pod_namespace: str | None = Field(default=None, description="the namespace of the pod")
    pod_name: str = Field(default_factory=socket.gethostname, description="the name of the pod")
    pod_uid: str = Field(default="", description="the UID of the pod")

    @property
    def account(self) -> Account:
        return Account(self.zulip_site, self.zulip_email, self.zulip_api_key.get_secret_value())


def load(kind: type[Loaded]) -> Loaded:
    """The settings of that kind; raises `SettingsError`."""
    try:
        return kind()
    except ValidationError as error:
        raise SettingsError("\n".join(_problems(kind, error))) from error


def _problems(kind: type[Settings], error: ValidationError) -> list[str]:
    """A line for every variable, without its value, which may be a secret."""
    lines: list[str] = []
    for problem in error.errors(include_url=False, include_input=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        field = kind.model_fields.get(name)
        what = field.description if field else problem["msg"]
        missing = problem["type"] == "missing"
        lines.append(f"{name.upper()} {'is not set' if missing else 'is invalid'}; set it to {what}")
    return lines
