"""Every kind of source there is. To add one, add its package and its line here."""

from typing import Any

from ritsuko_mcp_logs.sources.kind import SourceKind
from ritsuko_mcp_logs.sources.loki.kind import LOKI
from ritsuko_mcp_logs.sources.opensearch.kind import OPENSEARCH
from ritsuko_mcp_logs.sources.podlogs.kind import POD_LOGS
from ritsuko_mcp_logs.sources.victorialogs.kind import VICTORIALOGS

Kinds = tuple[SourceKind[Any], ...]

KINDS: Kinds = (
    POD_LOGS,
    VICTORIALOGS,
    LOKI,
    OPENSEARCH,
)
"""In the order of `--help`. The first one that is configured, and is no fallback, is the default."""
