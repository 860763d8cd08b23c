"""A query explained: what it does, what it gives, what is suspicious, and whether what it names exists."""

import asyncio
from collections.abc import Sequence

import promql_parser as pp

from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import BackendUnreachable, ToolFailure
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.catalogue.known_families import known_families
from ritsuko_mcp_prometheus.diagnosis.existence import check_names
from ritsuko_mcp_prometheus.errors import BadRequest, NotOffered
from ritsuko_mcp_prometheus.promql.description import tree
from ritsuko_mcp_prometheus.promql.error_position import located
from ritsuko_mcp_prometheus.promql.lint import Finding, lint
from ritsuko_mcp_prometheus.promql.query_errors import bad_query
from ritsuko_mcp_prometheus.promql.syntax import ParseFailure, parse, selectors, value_type

_LOOKUP_SECONDS = 10.0


async def explain(client: PrometheusClient, promql: str, *, now: float) -> Envelope:
    """The query as a tree in words, with warnings. Raises BadRequest with the position for one that is malformed.

    Prometheus itself is asked whether it takes the query: it knows best which version of PromQL it speaks.
    """
    envelope = Envelope(summary="", source=client.source, untrusted=True)
    judged = await _judge(client, promql, envelope)
    try:
        root = parse(promql)
    except ParseFailure as error:
        if not judged or not promql.strip():
            raise bad_query(promql, located(promql, str(error))) from error
        envelope.summary = f"Prometheus takes this query, but it can't be explained: {error}."
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
        verdict = "1 thing looks wrong" if len(findings) == 1 else f"{len(findings)} things look wrong"
    else:
        verdict = "Nothing looks wrong" + (", and what it names exists" if metrics and judged else "")
    return f"{'An' if kind[0] == 'i' else 'A'} {kind}{origin}. {verdict}."


async def _judge(client: PrometheusClient, promql: str, envelope: Envelope) -> bool:
    """Whether Prometheus says that the query is one; False if it can't be asked."""
    try:
        try:
            await client.format_query(promql)
        except NotOffered:
            # At the beginning of time there is nothing to read: only the query is looked at.
            await client.query(promql, 0.0)
    except BadRequest:
        raise
    except BackendUnreachable as failure:
        envelope.warnings.append(f"judged by its form alone: {failure.message}")
        return False
    except ToolFailure:
        return True
    return True


async def _known(
    client: PrometheusClient, root: pp.Expr, envelope: Envelope, now: float
) -> tuple[dict[str, str], list[Finding]]:
    """Types of the metrics there are, and what the lookups find."""
    chosen = selectors(root)
    if not chosen:
        return {}, []
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            families, warnings = await known_families(client)
            types = {member: family.type for family in families for member in family.members}
            findings, skipped = await check_names(client, chosen, list(types), now)
    except ToolFailure as failure:
        envelope.warnings.append(f"whether its names exist could not be looked up: {failure.message}")
        return {}, []
    except TimeoutError:
        envelope.warnings.append(f"whether its names exist could not be looked up within {_LOOKUP_SECONDS:g} s")
        return {}, []
    envelope.warnings += [*warnings, *skipped]
    return types, findings


def _advice(finding: Finding) -> str:
    if finding.rule.startswith("no-such"):
        return finding.instead[0].upper() + finding.instead[1:]
    return f"Instead ({finding.rule}): {finding.instead}"
