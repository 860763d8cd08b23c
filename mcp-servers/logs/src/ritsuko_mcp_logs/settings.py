"""How much one search may read."""

from pydantic import Field

from ritsuko_mcp_common.settings import ServerSettings

_RESERVED_SECONDS = 3.0


class LogsSettings(ServerSettings):
    """The contract's variables and `LOGS_*`."""

    mcp_port: int = Field(default=8083, ge=0, le=65535, description="port to listen on")
    logs_max_containers: int = Field(default=50, ge=1, le=1000, description="most containers read in one search")
    logs_concurrency: int = Field(default=8, ge=1, le=64, description="containers read at the same time")
    logs_max_container_bytes: int = Field(
        default=32 * 2**20, ge=1024, description="most bytes read of one container's log"
    )

    @property
    def reading_seconds(self) -> float:
        """How long a search reads; what it has by then is its answer."""
        return max(1.0, self.mcp_deadline_seconds - _RESERVED_SECONDS)
