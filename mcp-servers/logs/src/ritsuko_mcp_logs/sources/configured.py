"""The sources that the settings name."""

from pydantic import BaseModel

from ritsuko_mcp_common.errors import BackendUnreachable
from ritsuko_mcp_logs.cluster import Cluster
from ritsuko_mcp_logs.sources.kind import Environment
from ritsuko_mcp_logs.sources.kinds import KINDS, Kinds
from ritsuko_mcp_logs.sources.registry import Sources


def configured(settings: BaseModel, cluster: Cluster, kinds: Kinds = KINDS, *, reading_seconds: float) -> Sources:
    """The sources of these kinds that the settings name, which include each kind's own.

    Stores come first: they keep what the nodes have deleted, and filter by themselves. One reading may take
    `reading_seconds`. Raises ConfigurationError for a CA file that cannot be used.
    """

    async def own_namespace() -> str:
        try:
            return await cluster.namespace()
        except BackendUnreachable:
            return "*"

    environment = Environment(cluster=cluster, own_namespace=own_namespace, reading_seconds=reading_seconds)
    ordered = sorted(kinds, key=lambda kind: kind.is_fallback)
    return Sources([source for kind in ordered if (source := kind.configured(settings, environment)) is not None])
