"""Which Prometheus, and with which credentials."""

from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from ritsuko_mcp_common.settings import ServerSettings

_RESERVED_SECONDS = 6.0


class PrometheusSettings(ServerSettings):
    """The contract's variables and `PROMETHEUS_*`."""

    mcp_port: int = Field(8082, ge=0, le=65535, description="port to listen on")
    prometheus_url: str = Field(
        "", validate_default=True, description="address in front of /api/v1, like http://prometheus.monitoring:9090"
    )
    prometheus_bearer_token_file: Path | None = Field(None, description="file with a bearer token for Prometheus")
    prometheus_basic_auth_file: Path | None = Field(None, description="file with user:password for Prometheus")
    prometheus_ca_file: Path | None = Field(None, description="CA certificates to trust instead of the system's")
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

    @model_validator(mode="after")
    def _one_way_to_authenticate(self) -> "PrometheusSettings":
        if self.prometheus_bearer_token_file and self.prometheus_basic_auth_file:
            raise ValueError("set PROMETHEUS_BEARER_TOKEN_FILE or PROMETHEUS_BASIC_AUTH_FILE, not both")
        return self

    @property
    def query_timeout_seconds(self) -> float:
        """What Prometheus gets of a call's deadline; the rest is for the way there and to explain an empty answer."""
        return max(1.0, self.mcp_deadline_seconds - _RESERVED_SECONDS)
