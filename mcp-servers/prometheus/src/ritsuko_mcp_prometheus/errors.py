"""What can go wrong between the server and Prometheus."""

from ritsuko_mcp_common.errors import ToolFailure


class BadRequest(ToolFailure):
    """The caller's query, time or step can't be used as it stands."""


class QueryFailed(ToolFailure):
    """Prometheus took the query and couldn't finish it: too many samples, labels that don't match, its own deadline."""


class NotOffered(ToolFailure):
    """What answers has no such part of the API: stores that speak PromQL leave some of it to other programs."""
