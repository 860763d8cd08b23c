"""OpenSearch and Elasticsearch as a kind of source."""

from ritsuko_mcp_logs.sources.kind import Environment, SourceKind
from ritsuko_mcp_logs.sources.opensearch.settings import OpenSearchSettings, endpoint, layout
from ritsuko_mcp_logs.sources.opensearch.store import OpenSearch


def _open(settings: OpenSearchSettings, environment: Environment) -> OpenSearch | None:
    if not settings.opensearch_url:
        return None
    return OpenSearch(
        endpoint(settings),
        environment.own_namespace,
        layout(settings),
        seconds=environment.reading_seconds,
        max_bytes=settings.logs_max_answer_bytes,
    )


OPENSEARCH = SourceKind(settings=OpenSearchSettings, open=_open)
