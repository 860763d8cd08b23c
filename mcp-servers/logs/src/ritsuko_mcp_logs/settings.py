"""The server's settings: its own, and those of each kind of source."""

from typing import cast

from pydantic import Field, create_model

from ritsuko_mcp_common.settings import ServerSettings
from ritsuko_mcp_logs.analysis.prometheus_alerts import AlertSettings
from ritsuko_mcp_logs.sources.kinds import KINDS, Kinds

_RESERVED_SECONDS = 3.0


class LogsSettings(ServerSettings):
    """The contract's variables and the server's own. `logs_settings` adds those of the sources and of alerts."""

    mcp_port: int = Field(default=8083, ge=0, le=65535, description="port to listen on")
    kubeconfig: str = Field(
        default="", description="kubeconfig file; unset: the pod's ServiceAccount, or else the user's kubeconfig"
    )

    @property
    def reading_seconds(self) -> float:
        """How long a search reads; what it has by then is its answer."""
        return max(1.0, self.mcp_deadline_seconds - _RESERVED_SECONDS)


def alert_settings(settings: LogsSettings) -> AlertSettings:
    """Those of alerts among the settings; none are set in settings of a server without them."""
    return settings if isinstance(settings, AlertSettings) else AlertSettings()


def logs_settings(kinds: Kinds = KINDS) -> type[LogsSettings]:
    """The whole model: the server's own variables, those of these kinds in their order, and those of alerts."""
    # A model takes the fields of its last base first.
    bases = (AlertSettings, *(kind.settings for kind in reversed(kinds)), LogsSettings)
    return cast("type[LogsSettings]", create_model("LogsSettings", __base__=bases))


ALL_SETTINGS = logs_settings()
"""The model with every kind of source there is."""
