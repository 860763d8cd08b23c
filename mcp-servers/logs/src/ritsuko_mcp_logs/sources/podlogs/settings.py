"""`LOGS_*`: how much of the pod logs one call may read."""

from pydantic import BaseModel, Field


class PodLogsSettings(BaseModel):
    """Limits of one search of pod logs."""

    logs_max_containers: int = Field(default=50, ge=1, le=1000, description="maximum containers read in one search")
    logs_concurrency: int = Field(default=8, ge=1, le=64, description="containers read at the same time")
    logs_max_container_bytes: int = Field(
        default=32 * 2**20, ge=1024, description="maximum bytes read of one container's log"
    )
