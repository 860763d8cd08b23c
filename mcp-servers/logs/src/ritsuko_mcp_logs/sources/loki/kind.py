"""Loki as a kind of source."""

from ritsuko_mcp_logs.sources.kind import Environment, SourceKind
from ritsuko_mcp_logs.sources.loki.settings import LokiSettings, endpoint
from ritsuko_mcp_logs.sources.loki.store import Loki


def _open(settings: LokiSettings, environment: Environment) -> Loki | None:
    if not settings.loki_url:
        return None
    return Loki(
        endpoint(settings),
        environment.own_namespace,
        seconds=environment.reading_seconds,
        max_bytes=settings.logs_max_answer_bytes,
    )


LOKI = SourceKind(settings=LokiSettings, open=_open)
