"""VictoriaLogs as a kind of source."""

from ritsuko_mcp_logs.sources.kind import Environment, SourceKind
from ritsuko_mcp_logs.sources.victorialogs.settings import VictoriaLogsSettings, endpoint
from ritsuko_mcp_logs.sources.victorialogs.store import VictoriaLogs


def _open(settings: VictoriaLogsSettings, environment: Environment) -> VictoriaLogs | None:
    if not settings.victorialogs_url:
        return None
    return VictoriaLogs(
        endpoint(settings),
        environment.own_namespace,
        seconds=environment.reading_seconds,
        max_bytes=settings.logs_max_answer_bytes,
    )


VICTORIALOGS = SourceKind(settings=VictoriaLogsSettings, open=_open)
