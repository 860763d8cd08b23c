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
# Set by the HTTP client, or by a setting that re-reads a file.
_OWN_HEADERS = frozenset({"authorization", "host", "content-length", "transfer-encoding", "connection"})


class PrometheusSettings(ServerSettings):
    """The variables that every server has, and `PROMETHEUS_*`, `GRAFANA_*`."""

    mcp_port: int = Field(8082, ge=0, le=65535, description="port to listen on")
    prometheus_url: str = Field(
        "", validate_default=True, description="base URL, without /api/v1, such as http://prometheus.monitoring:9090"
    )
    prometheus_bearer_token_file: Path | None = Field(None, description="file with a bearer token for Prometheus")
    prometheus_basic_auth_file: Path | None = Field(None, description="file with user:password for Prometheus")
    prometheus_ca_file: Path | None = Field(None, description="CA certificates to trust instead of the system's")
    prometheus_client_cert_file: Path | None = Field(None, description="client certificate (PEM) for mutual TLS")
    prometheus_client_key_file: Path | None = Field(
        None, description="key of the client certificate; default: in the certificate file"
    )
    prometheus_headers: Annotated[dict[str, SecretStr], NoDecode] = Field(
        {}, description="headers to send, such as X-Scope-OrgID=team-a; separate several with commas"
    )
    prometheus_public_url: str = Field("", description="URL of Prometheus in links for people; default: PROMETHEUS_URL")
    grafana_url: str = Field("", description="URL of Grafana in links for people; default: no links")
    grafana_datasource_uid: str = Field(
        "", description="uid of this Prometheus as a Grafana data source, for links to Explore"
    )
    grafana_org_id: int = Field(1, ge=1, description="id of the Grafana organisation")
    prometheus_max_bytes: int = Field(8 * 2**20, ge=2**16, le=2**30, description="maximum size of a response in bytes")

    @field_validator("prometheus_url")
    @classmethod
    def _is_an_address(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("set it to the base URL, without /api/v1, such as http://prometheus.monitoring:9090")
        if parts.query or parts.fragment:
            raise ValueError("remove the part after ? or #")
        return url

    @field_validator("prometheus_public_url", "grafana_url")
    @classmethod
    def _is_a_page(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
            raise ValueError("set it to a base URL, such as https://grafana.example.com")
        if "@" in parts.netloc:
            raise ValueError("remove user and password: everybody sees this URL")
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
                raise ValueError("write it as X-Scope-OrgID=team-a; separate several with commas")
            if name.lower() in _OWN_HEADERS:
                raise ValueError(f"{name} can't be set here; for credentials use PROMETHEUS_*_FILE")
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
        """Prometheus' share of a call's deadline; the rest is for the network and for explaining an empty result."""
        return max(1.0, self.mcp_deadline_seconds - _RESERVED_SECONDS)
