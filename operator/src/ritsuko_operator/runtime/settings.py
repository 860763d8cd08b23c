"""The operator's settings, from the environment: `RITSUKO_<NAME>`."""

from __future__ import annotations

import os
from importlib.metadata import version as package_version
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from ritsuko_common.lease import Timing
from ritsuko_operator.reconcile.gather import Release
from ritsuko_operator.reconcile.pods.optional import Patience


class Settings(BaseSettings):
    """Durations are seconds."""

    model_config = SettingsConfigDict(env_prefix="RITSUKO_", frozen=True)

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", validation_alias="LOG_LEVEL")
    version: str = Field(default_factory=lambda: package_version("ritsuko-operator"))
    image_repository: str = "ghcr.io/ritsuko-dev"
    namespaces: Annotated[list[str], NoDecode] = Field(
        default_factory=list[str], description="Comma-separated namespaces to serve; empty: all."
    )
    reader_kind: Literal["ClusterRole", "Role"] = "ClusterRole"
    reader_name: str = "ritsuko-reader"
    impersonator_name: str | None = Field(
        default=None,
        description=(
            "The ClusterRole that bots with rbac.impersonation are bound to; if unset, impersonation is not available."
        ),
    )
    http_host: str = "0.0.0.0"
    http_port: int = 8080
    workers: int = Field(default=16, ge=1)
    debounce: float = Field(default=0.05, ge=0, description="How long to wait for further changes after one.")
    reconcile_timeout: float = Field(default=60.0, gt=0)
    resync_period: float = Field(default=180.0, gt=0, description="How often to list everything and compare.")
    watch_inactivity: float = Field(
        default=70.0,
        gt=0,
        description=(
            "How long a watch may be silent before it is reopened; the apiserver sends a bookmark every minute."
        ),
    )
    secrets_period: float = Field(
        default=30.0, gt=0, description="How often each Secret that bots reference is checked."
    )
    own_secrets_period: float = Field(
        default=180.0, gt=0, description="How often each Secret created for a bot is checked."
    )
    optional_patience: float = Field(
        default=60.0, gt=0, description="How long an optional sidecar may take to start before it is left out."
    )
    optional_retry: float = Field(
        default=60.0,
        gt=0,
        description="How long after an optional sidecar was left out to retry it; doubled each time, at most an hour.",
    )
    leader_election: bool = Field(
        default=False, description="Whether several replicas elect a leader; the others are on standby."
    )
    lease_name: str = "ritsuko-operator"
    lease_namespace: str = Field(default_factory=lambda: os.environ.get("POD_NAMESPACE") or "default")
    lease_duration: float = Field(default=15.0, ge=1)
    lease_renew_deadline: float = Field(default=10.0, gt=0)
    lease_retry_period: float = Field(default=2.0, gt=0)
    instance: str = Field(default_factory=lambda: os.environ.get("POD_NAME") or os.uname().nodename)

    @field_validator("namespaces", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.lease_duration > self.lease_renew_deadline > self.lease_retry_period:
            raise ValueError(
                "required: RITSUKO_LEASE_DURATION > RITSUKO_LEASE_RENEW_DEADLINE > RITSUKO_LEASE_RETRY_PERIOD"
            )
        return self

    @property
    def timing(self) -> Timing:
        retry = self.lease_retry_period
        return Timing(self.lease_duration, self.lease_renew_deadline, renew_every=retry, retry=retry)

    @property
    def patience(self) -> Patience:
        return Patience(to_start=self.optional_patience, first_retry=self.optional_retry)

    @property
    def release(self) -> Release:
        return Release(self.version, self.image_repository, self.reader_kind, self.reader_name, self.impersonator_name)
