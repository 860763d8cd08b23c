"""Errors of requests to Prometheus."""

from ritsuko_mcp_common.errors import ToolFailure


class BadRequest(ToolFailure):
    """The caller's query, time or step is not valid."""


class QueryFailed(ToolFailure):
    """Prometheus accepted the query and could not complete it: too many samples, labels that don't match, a timeout."""


class NotOffered(ToolFailure):
    """The backend does not offer this part of the API: some stores leave it to other components."""
