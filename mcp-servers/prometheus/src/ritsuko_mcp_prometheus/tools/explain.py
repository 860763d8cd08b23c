"""`explain`: what a query does, likely mistakes, and whether its names exist."""

import asyncio
from collections.abc import Sequence

import promql_parser as pp

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import BackendUnreachable, ToolFailure
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.catalogue.known_families import known_families
from ritsuko_mcp_prometheus.diagnosis.existence import check_names
from ritsuko_mcp_prometheus.errors import BadRequest, NotOffered
from ritsuko_mcp_prometheus.promql.description import tree
from ritsuko_mcp_prometheus.promql.error_position import located
from ritsuko_mcp_prometheus.promql.lint import Finding, lint
from ritsuko_mcp_prometheus.promql.query_errors import bad_query
from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, parse, selectors, value_type
from ritsuko_mcp_prometheus.tools.parameters import Query

_LOOKUP_SECONDS = 10.0


class ExplainParameters(Parameters):
    """What `explain` takes."""

    query: Query


async def explain(parameters: ExplainParameters, backend: PrometheusBackend) -> Envelope:
    """The query as a tree in words, with warnings. Raises BadRequest with the position of a syntax error.

    Prometheus itself validates the query, because its version of PromQL matters.
    """
    client, now = backend.client, backend.now()
    envelope = Envelope(summary="", source=client.source, untrusted=True)
    judged = await _judge(client, parameters.query, envelope)
    try:
        root = parse(parameters.query)
    except ParseFailure as error:
        if not judged or not parameters.query.strip():
            raise bad_query(parameters.query, located(parameters.query, str(error))) from error
        envelope.summary = f"Prometheus accepts this query, but it can't be explained: {error}."
        return envelope
    envelope.data = tree(root)
    types, findings = await _known(client, root, envelope, now) if judged else ({}, [])
    findings = [*findings, *lint(root, types)]
    envelope.warnings += [f"{one.message} ({one.rule})" for one in findings]
    envelope.hints += list(dict.fromkeys(_advice(one) for one in findings if one.instead))
    envelope.summary = _summary(root, findings, judged=judged)
    return envelope


def _summary(root: pp.Expr, findings: Sequence[Finding], *, judged: bool) -> str:
    kind = value_type(root)
    metrics = list(dict.fromkeys(one.metric or one.text for one in selectors(root)))
    origin = f" from {', '.join(metrics)}" if metrics else ""
    if findings:
        verdict = "1 likely mistake" if len(findings) == 1 else f"{len(findings)} likely mistakes"
    else:
        verdict = "No mistakes found" + (", and all names exist" if metrics and judged else "")
    return f"{'An' if kind[0] == 'i' else 'A'} {kind}{origin}. {verdict}."


async def _judge(client: PrometheusClient, promql: str, envelope: Envelope) -> bool:
    """Whether Prometheus validated the query; False if it is unreachable. Raises BadRequest for an invalid query."""
    try:
        try:
            await client.format_query(promql)
        except NotOffered:
            # At time 0 there is no data to read: only the query is checked.
            await client.query(promql, 0.0)
    except BadRequest:
        raise
    except BackendUnreachable as failure:
        envelope.warnings.append(f"checked without Prometheus: {failure.message}")
        return False
    except ToolFailure:
        return True
    return True


async def _known(
    client: PrometheusClient, root: pp.Expr, envelope: Envelope, now: float
) -> tuple[dict[str, str], list[Finding]]:
    """The types of existing metrics, and the findings of the lookups."""
    chosen = selectors(root)
    if not chosen:
        return {}, []
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            families, warnings = await known_families(client)
            types = {member: family.type for family in families for member in family.members}
            findings, skipped = await check_names(client, chosen, list(types), now)
    except ToolFailure as failure:
        envelope.warnings.append(f"could not check whether its names exist: {failure.message}")
        return {}, []
    except TimeoutError:
        envelope.warnings.append(f"could not check within {_LOOKUP_SECONDS:g} s whether its names exist")
        return {}, []
    envelope.warnings += [*warnings, *skipped]
    return types, findings


def _advice(finding: Finding) -> str:
    if finding.rule.startswith("no-such"):
        return finding.instead[0].upper() + finding.instead[1:]
    return f"Suggestion ({finding.rule}): {finding.instead}"


TOOL = ReadTool(
    name="explain",
    title="Explain a query",
    description="Explain a PromQL query: what it does, likely mistakes, and whether its names exist.",
    parameters=ExplainParameters,
    run=explain,
)
