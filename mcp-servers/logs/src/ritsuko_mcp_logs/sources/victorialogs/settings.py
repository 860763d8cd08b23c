"""`VICTORIALOGS_*`."""

from pathlib import Path

from pydantic import Field, field_validator

from ritsuko_mcp_logs.sources.store_client import StoreEndpoint
from ritsuko_mcp_logs.sources.store_settings import HttpAddress, StoreSettings


class VictoriaLogsSettings(StoreSettings):
    """One VictoriaLogs, and how to authenticate to it."""

    victorialogs_url: HttpAddress = Field(
        default="", description="base URL without /select, like http://victorialogs.logging:9428; unset: not used"
    )
    victorialogs_tenant: str = Field(
        default="", description="AccountID:ProjectID, like 12:0; unset: the default tenant"
    )
    victorialogs_bearer_token_file: Path | None = Field(
        default=None, description="file with a bearer token for VictoriaLogs"
    )
    victorialogs_basic_auth_file: Path | None = Field(
        default=None, description="file with user:password for VictoriaLogs"
    )
    victorialogs_ca_file: Path | None = Field(
        default=None, description="CA certificates to trust instead of the system's"
    )

    @field_validator("victorialogs_tenant")
    @classmethod
    def _is_a_tenant(cls, tenant: str) -> str:
        account, _, project = tenant.partition(":")
        if tenant and not (account.isdecimal() and (project or "0").isdecimal()):
            raise ValueError("write it as AccountID:ProjectID, like 12:0")
        return tenant


def endpoint(settings: VictoriaLogsSettings) -> StoreEndpoint:
    """Where VictoriaLogs is."""
    account, _, project = settings.victorialogs_tenant.partition(":")
    return StoreEndpoint(
        product="VictoriaLogs",
        variable="VICTORIALOGS",
        url=settings.victorialogs_url,
        bearer_token_file=settings.victorialogs_bearer_token_file,
        basic_auth_file=settings.victorialogs_basic_auth_file,
        ca_file=settings.victorialogs_ca_file,
        headers={"AccountID": account, "ProjectID": project or "0"} if account else {},
    )
