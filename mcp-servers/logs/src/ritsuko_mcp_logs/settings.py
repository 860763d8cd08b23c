"""Which sources there are, and how much one call may read."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from ritsuko_mcp_common.settings import ServerSettings

_RESERVED_SECONDS = 3.0


class LogsSettings(ServerSettings):
    """The contract's variables, `LOGS_*`, `VICTORIALOGS_*`, `LOKI_*`, `OPENSEARCH_*` and `PROMETHEUS_*`.

    Pod logs need none.
    """

    mcp_port: int = Field(default=8083, ge=0, le=65535, description="port to listen on")
    kubeconfig: str = Field(
        default="", description="kubeconfig file; unset: the pod's ServiceAccount, or else the user's kubeconfig"
    )
    logs_max_containers: int = Field(default=50, ge=1, le=1000, description="most containers read in one search")
    logs_concurrency: int = Field(default=8, ge=1, le=64, description="containers read at the same time")
    logs_max_container_bytes: int = Field(
        default=32 * 2**20, ge=1024, description="most bytes read of one container's log"
    )
    logs_max_answer_bytes: int = Field(
        default=64 * 2**20, ge=2**16, le=2**30, description="most bytes read of one answer of a log store"
    )

    victorialogs_url: str = Field(
        default="", description="address in front of /select, like http://victorialogs.logging:9428; unset: not asked"
    )
    victorialogs_tenant: str = Field(default="", description="AccountID:ProjectID, like 12:0; unset: the default one")
    victorialogs_bearer_token_file: Path | None = Field(default=None, description="file with a bearer token for it")
    victorialogs_basic_auth_file: Path | None = Field(default=None, description="file with user:password for it")
    victorialogs_ca_file: Path | None = Field(
        default=None, description="CA certificates to trust instead of the system's"
    )

    loki_url: str = Field(
        default="", description="address in front of /loki/api, like http://loki.logging:3100; unset: not asked"
    )
    loki_tenant: str = Field(default="", description="tenant, sent as X-Scope-OrgID")
    loki_bearer_token_file: Path | None = Field(default=None, description="file with a bearer token for Loki")
    loki_basic_auth_file: Path | None = Field(default=None, description="file with user:password for Loki")
    loki_ca_file: Path | None = Field(default=None, description="CA certificates to trust instead of the system's")

    opensearch_url: str = Field(
        default="",
        description="address of OpenSearch or Elasticsearch, like https://opensearch.logging:9200; unset: not asked",
    )
    opensearch_index: str = Field(default="logs-*", description="indices with logs: names and patterns, with commas")
    opensearch_time_field: str = Field(default="@timestamp", description="field with the time of a line")
    opensearch_message_field: str = Field(
        default="", description="field with its text; unset: the first there is of log, message, body.text, body, msg"
    )
    opensearch_namespace_field: str = Field(
        default="", description="field with its namespace; unset: what the usual collectors call it"
    )
    opensearch_pod_field: str = Field(default="", description="field with its pod; unset: likewise")
    opensearch_container_field: str = Field(default="", description="field with its container; unset: likewise")
    opensearch_bearer_token_file: Path | None = Field(default=None, description="file with a bearer token for it")
    opensearch_basic_auth_file: Path | None = Field(default=None, description="file with user:password for it")
    opensearch_ca_file: Path | None = Field(
        default=None, description="CA certificates to trust instead of the system's"
    )

    prometheus_url: str = Field(
        default="", description="address in front of /api/v1, to show alerts in incidents; unset: none are shown"
    )
    prometheus_bearer_token_file: Path | None = Field(default=None, description="file with a bearer token for it")
    prometheus_basic_auth_file: Path | None = Field(default=None, description="file with user:password for it")
    prometheus_ca_file: Path | None = Field(
        default=None, description="CA certificates to trust instead of the system's"
    )

    @field_validator("victorialogs_url", "loki_url", "opensearch_url", "prometheus_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname):
            raise ValueError("set it to an address like http://loki.logging:3100, or leave it unset")
        if parts.query or parts.fragment:
            raise ValueError("leave out what comes after ? or #")
        return url

    @field_validator("victorialogs_tenant")
    @classmethod
    def _is_a_tenant(cls, tenant: str) -> str:
        account, _, project = tenant.partition(":")
        if tenant and not (account.isdecimal() and (project or "0").isdecimal()):
            raise ValueError("write it as AccountID:ProjectID, like 12:0")
        return tenant

    @field_validator("loki_tenant")
    @classmethod
    def _fits_a_header(cls, tenant: str) -> str:
        if not tenant.isprintable() or not tenant.isascii():
            raise ValueError("a tenant is one line of ASCII")
        return tenant

    @field_validator("opensearch_index")
    @classmethod
    def _is_a_pattern(cls, index: str) -> str:
        if not re.fullmatch(r"[^\s/?#\\\"<>|_,-][^\s/?#\\\"<>|]*", index):
            raise ValueError("write it like logs-* or fluent-bit*,filebeat-*")
        return index

    @field_validator("opensearch_time_field")
    @classmethod
    def _is_a_field(cls, name: str) -> str:
        if not name:
            raise ValueError("name the field with the time, like @timestamp")
        return name

    @model_validator(mode="after")
    def _one_way_to_authenticate(self) -> "LogsSettings":
        for name, bearer, basic in (
            ("VICTORIALOGS", self.victorialogs_bearer_token_file, self.victorialogs_basic_auth_file),
            ("LOKI", self.loki_bearer_token_file, self.loki_basic_auth_file),
            ("OPENSEARCH", self.opensearch_bearer_token_file, self.opensearch_basic_auth_file),
            ("PROMETHEUS", self.prometheus_bearer_token_file, self.prometheus_basic_auth_file),
        ):
            if bearer and basic:
                raise ValueError(f"set {name}_BEARER_TOKEN_FILE or {name}_BASIC_AUTH_FILE, not both")
        return self

    @property
    def reading_seconds(self) -> float:
        """How long a search reads; what it has by then is its answer."""
        return max(1.0, self.mcp_deadline_seconds - _RESERVED_SECONDS)
