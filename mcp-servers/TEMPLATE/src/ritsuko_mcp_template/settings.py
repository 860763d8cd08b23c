"""Where the backend is."""

from __future__ import annotations

from pydantic import Field

from ritsuko_mcp_common import ServerSettings


class TemplateSettings(ServerSettings):
    """The contract's variables and `TEMPLATE_*`."""

    mcp_port: int = Field(default=8090, ge=0, le=65535, description="port to listen on")
    template_url: str = Field(
        default="http://localhost:9999", pattern=r"^https?://[^\s/]+\S*$", description="address of the backend"
    )
    template_max_bytes: int = Field(default=2**20, ge=2**10, le=2**28, description="maximum bytes read of one response")
