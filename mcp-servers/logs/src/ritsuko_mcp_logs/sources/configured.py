"""The sources that the settings name."""

from ritsuko_mcp_common.errors import BackendUnreachable
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.settings import LogsSettings
from ritsuko_mcp_logs.sources.loki.store import Loki
from ritsuko_mcp_logs.sources.opensearch.mapping import Layout
from ritsuko_mcp_logs.sources.opensearch.store import OpenSearch
from ritsuko_mcp_logs.sources.podlogs.source import PodLogs
from ritsuko_mcp_logs.sources.registry import Sources
from ritsuko_mcp_logs.sources.source import Source
from ritsuko_mcp_logs.sources.store_client import StoreEndpoint
from ritsuko_mcp_logs.sources.victorialogs.store import VictoriaLogs


def configured(settings: LogsSettings, cluster: Cluster) -> Sources:
    """Stores first: they keep what the nodes have thrown away, and filter by themselves. Pod logs are always there.

    Raises ConfigurationError for a CA file that can't be used.
    """

    async def own_namespace() -> str:
        try:
            return await cluster.namespace()
        except BackendUnreachable:
            return "*"

    found: list[Source] = []
    seconds, most = settings.reading_seconds, settings.logs_max_answer_bytes
    if settings.victorialogs_url:
        found.append(VictoriaLogs(_victorialogs(settings), own_namespace, seconds=seconds, max_bytes=most))
    if settings.loki_url:
        found.append(Loki(_loki(settings), own_namespace, seconds=seconds, max_bytes=most))
    if settings.opensearch_url:
        access, layout = _opensearch(settings)
        found.append(OpenSearch(access, own_namespace, layout, seconds=seconds, max_bytes=most))
    return Sources([*found, PodLogs(cluster, settings)])


def _victorialogs(settings: LogsSettings) -> StoreEndpoint:
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


def _loki(settings: LogsSettings) -> StoreEndpoint:
    return StoreEndpoint(
        product="Loki",
        variable="LOKI",
        url=settings.loki_url,
        bearer_token_file=settings.loki_bearer_token_file,
        basic_auth_file=settings.loki_basic_auth_file,
        ca_file=settings.loki_ca_file,
        headers={"X-Scope-OrgID": settings.loki_tenant} if settings.loki_tenant else {},
    )


def _opensearch(settings: LogsSettings) -> tuple[StoreEndpoint, Layout]:
    access = StoreEndpoint(
        product="OpenSearch",
        variable="OPENSEARCH",
        url=settings.opensearch_url,
        part="INDEX",
        bearer_token_file=settings.opensearch_bearer_token_file,
        basic_auth_file=settings.opensearch_basic_auth_file,
        ca_file=settings.opensearch_ca_file,
    )
    layout = Layout(
        index=settings.opensearch_index,
        time=settings.opensearch_time_field,
        message=settings.opensearch_message_field,
        namespace=settings.opensearch_namespace_field,
        pod=settings.opensearch_pod_field,
        container=settings.opensearch_container_field,
    )
    return access, layout
