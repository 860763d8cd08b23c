"""Pod logs as a kind of source: always there."""

from ritsuko_mcp_logs.sources.kind import Environment, SourceKind
from ritsuko_mcp_logs.sources.podlogs.settings import PodLogsSettings
from ritsuko_mcp_logs.sources.podlogs.source import PodLogs


def _open(settings: PodLogsSettings, environment: Environment) -> PodLogs:
    return PodLogs(environment.cluster, settings, seconds=environment.reading_seconds)


POD_LOGS = SourceKind(settings=PodLogsSettings, open=_open, is_fallback=True)
