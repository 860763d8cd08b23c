"""Which Prometheus, and with which credentials."""

import re
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from ritsuko_mcp_common.settings import ServerSettings

_RESERVED_SECONDS = 6.0
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
# Set by the connection, or by a setting of its own that re-reads a file.
_OWN_HEADERS = frozenset({"authorization", "host", "content-length", "transfer-encoding", "connection"})


class PrometheusSettings(ServerSettings):
    """The contract's variables and `PROMETHEUS_*`."""

    mcp_port: int = Field(8082, ge=0, le=65535, description="port to listen on")
    prometheus_url: str = Field(
        "", validate_default=True, description="address in front of /api/v1, like http://prometheus.monitoring:9090"
    )
    prometheus_bearer_token_file: Path | None = Field(None, description="file with a bearer token for Prometheus")
    prometheus_basic_auth_file: Path | None = Field(None, description="file with user:password for Prometheus")
    prometheus_ca_file: Path | None = Field(None, description="CA certificates to trust instead of the system's")
    prometheus_client_cert_file: Path | None = Field(None, description="client certificate (PEM) for mutual TLS")
    prometheus_client_key_file: Path | None = Field(None, description="its key; default: in the certificate's file")
    prometheus_headers: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {}, description="headers to send, like X-Scope-OrgID=team-a; several with commas between"
    )
    prometheus_public_url: str = Field(
        "", description="address at which people see Prometheus; default: PROMETHEUS_URL"
    )
    grafana_url: str = Field("", description="address at which people see Grafana, for links; unset: none")
    grafana_datasource_uid: str = Field(
        "", description="uid of this Prometheus among Grafana's data sources, for Explore"
    )
    grafana_org_id: int = Field(1, ge=1, description="Grafana's organisation")
    prometheus_max_bytes: int = Field(8 * 2**20, ge=2**16, le=2**30, description="most bytes read of one answer")

    @field_validator("prometheus_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("set it to the address in front of /api/v1, like http://prometheus.monitoring:9090")
        if parts.query or parts.fragment:
            raise ValueError("leave out what comes after ? or #")
        return url

    @field_validator("prometheus_public_url", "grafana_url")
    @classmethod
    def _is_a_page(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("set it to an address to put a path behind, like https://grafana.example.com")
        if "@" in parts.netloc:
            raise ValueError("leave out user and password: everybody sees this address")
        return url

    @field_validator("prometheus_headers", mode="before")
    @classmethod
    def _are_headers(cls, written: object) -> object:
        if not isinstance(written, str):
            return written
        headers: dict[str, str] = {}
        for part in filter(None, map(str.strip, written.split(","))):
            name, separator, value = (piece.strip() for piece in part.partition("="))
            if (
                not separator
                or not _HEADER.fullmatch(name)
                or not value
                or not (value.isascii() and value.isprintable())
            ):
                raise ValueError("write it like X-Scope-OrgID=team-a, several with commas between")
            if name.lower() in _OWN_HEADERS:
                raise ValueError(f"{name} can't be set here; for credentials there are PROMETHEUS_*_FILE")
            headers[name] = value
        return headers

    @model_validator(mode="after")
    def _one_way_to_authenticate(self) -> "PrometheusSettings":
        if self.prometheus_bearer_token_file and self.prometheus_basic_auth_file:
            raise ValueError("set PROMETHEUS_BEARER_TOKEN_FILE or PROMETHEUS_BASIC_AUTH_FILE, not both")
        if self.prometheus_client_key_file and not self.prometheus_client_cert_file:
            raise ValueError("PROMETHEUS_CLIENT_KEY_FILE needs PROMETHEUS_CLIENT_CERT_FILE")
        return self

    @property
    def query_timeout_seconds(self) -> float:
        """What Prometheus gets of a call's deadline; the rest is for the way there and to explain an empty answer."""
        return max(1.0, self.mcp_deadline_seconds - _RESERVED_SECONDS)
