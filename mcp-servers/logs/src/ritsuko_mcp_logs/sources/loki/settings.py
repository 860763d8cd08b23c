"""`LOKI_*`."""

from pathlib import Path

from pydantic import Field, field_validator

from ritsuko_mcp_logs.sources.store_client import StoreEndpoint
from ritsuko_mcp_logs.sources.store_settings import HttpAddress, StoreSettings


class LokiSettings(StoreSettings):
    """One Loki, and how to authenticate to it."""

    loki_url: HttpAddress = Field(
        default="", description="base URL without /loki/api, like http://loki.logging:3100; unset: not used"
    )
    loki_tenant: str = Field(default="", description="tenant, sent as X-Scope-OrgID")
    loki_bearer_token_file: Path | None = Field(default=None, description="file with a bearer token for Loki")
    loki_basic_auth_file: Path | None = Field(default=None, description="file with user:password for Loki")
    loki_ca_file: Path | None = Field(default=None, description="CA certificates to trust instead of the system's")

    @field_validator("loki_tenant")
    @classmethod
    def _fits_a_header(cls, tenant: str) -> str:
        if not tenant.isprintable() or not tenant.isascii():
            raise ValueError("must be a single line of ASCII")
        return tenant


def endpoint(settings: LokiSettings) -> StoreEndpoint:
    """Where Loki is."""
    return StoreEndpoint(
        product="Loki",
        variable="LOKI",
        url=settings.loki_url,
        bearer_token_file=settings.loki_bearer_token_file,
        basic_auth_file=settings.loki_basic_auth_file,
        ca_file=settings.loki_ca_file,
        headers={"X-Scope-OrgID": settings.loki_tenant} if settings.loki_tenant else {},
    )
