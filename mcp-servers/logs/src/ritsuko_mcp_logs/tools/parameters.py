"""Parameters that several tools take, and what they ask for with them."""

from dataclasses import fields
from typing import Annotated, Literal, Protocol

from pydantic import Field

from ritsuko_mcp_common import Parameters
from ritsuko_mcp_logs.analysis.scope import Scope
from ritsuko_mcp_logs.backend import LogBackend
from ritsuko_mcp_logs.phrases import arguments
from ritsuko_mcp_logs.query.conditions import parse_conditions
from ritsuko_mcp_logs.query.patterns import pods_named
from ritsuko_mcp_logs.search.request import LogRequest

Text = Annotated[str, Field(max_length=1000, description="text to find; empty: every line")]
Namespace = Annotated[str, Field(description="default: the server's own; *: all")]
Pod = Annotated[str, Field(description="name, prefix, pattern with *, or deploy/web")]
Level = Annotated[Literal["", "debug", "info", "warn", "error", "fatal"], Field(description="minimum severity")]
Since = Annotated[str, Field(description="30m, 2d or a time like 2026-01-31T14:00:00Z")]
Labels = Annotated[str, Field(description="label selector, like app=web,tier!=db")]
Regex = Annotated[bool, Field(description="text and exclude are regular expressions (RE2)")]
Exclude = Annotated[str, Field(max_length=1000, description="text to exclude")]
Fields = Annotated[
    str,
    Field(description="JSON, logfmt or access log fields: status>=500,method!=GET,error~refused (= != ~ !~ > >= < <=)"),
]
Limit = Annotated[int, Field(ge=1, le=500)]

_REQUEST_FIELDS = frozenset(field.name for field in fields(LogRequest))


class ScopeParameters(Protocol):
    """The parameters of a tool of analysis that name the pods to read."""

    @property
    def namespace(self) -> str: ...
    @property
    def pod(self) -> str: ...
    @property
    def labels(self) -> str: ...
    @property
    def source(self) -> str: ...


def log_request(parameters: Parameters) -> LogRequest:
    """What the parameters ask for. Raises ToolFailure for conditions on fields that cannot be read."""
    given = {name: value for name, value in parameters if name in _REQUEST_FIELDS}
    if "fields" in given:
        given["fields"] = parse_conditions(given["fields"])
    return LogRequest(**given)


def scope_of(parameters: ScopeParameters, backend: LogBackend) -> Scope:
    """The pods that the parameters name, in the source that they name. Raises ToolFailure for an unknown source."""
    return Scope(
        source=backend.sources.choose(parameters.source),
        seconds=backend.reading_seconds,
        namespace=parameters.namespace,
        pod=pods_named(parameters.pod),
        labels=parameters.labels,
        asked=arguments(
            namespace=parameters.namespace,
            pod=parameters.pod,
            labels=parameters.labels,
            source=parameters.source,
        ),
    )
