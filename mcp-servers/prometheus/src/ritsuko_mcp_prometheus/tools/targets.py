"""`targets`: scrape targets, failing ones first."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Literal, cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.failures import without_credentials
from ritsuko_mcp_prometheus.api.objects import Target
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.numbers import format_value
from ritsuko_mcp_prometheus.state.age import age
from ritsuko_mcp_prometheus.state.configuration_reload import failed_reload
from ritsuko_mcp_prometheus.state.dropped_targets import dropped, dropped_count
from ritsuko_mcp_prometheus.state.text_filter import matches_text
from ritsuko_mcp_prometheus.tools.parameters import Limit, Part

_FEW_JOBS = 8


class TargetsParameters(Parameters):
    """What `targets` takes."""

    name: Part = ""
    state: Literal["all", "down", "unknown", "up", "dropped"] = "all"
    limit: Limit = 50


async def targets(parameters: TargetsParameters, backend: PrometheusBackend) -> Envelope:
    """Targets, down first, with the error of their last scrape.

    Only targets with `name` in a label value or the address, and in that state unless it is `all`; `dropped` lists
    only targets that relabelling dropped.
    """
    client, now = backend.client, backend.now()
    if parameters.state == "dropped":
        return await dropped(client, parameters.name, parameters.limit)
    active, warnings = await asyncio.gather(client.targets(), failed_reload(client, now=now))
    found = active.activeTargets
    chosen = sorted((one for one in found if _matches(one, parameters.name, parameters.state)), key=_rank)
    envelope = Envelope(summary=_summary(found, chosen), source=client.source, warnings=warnings, untrusted=True)
    envelope.data = [_row(one, now) for one in chosen[: parameters.limit]]
    envelope.total, envelope.returned = len(chosen), len(envelope.data)
    envelope.truncated = len(chosen) > parameters.limit
    if envelope.truncated:
        envelope.hints.append(f"Filter by job or instance, or raise limit above {parameters.limit}.")
    if not chosen and found:
        jobs = sorted({one.labels.get("job", "") for one in found})
        envelope.hints.append(suggestion(parameters.name, jobs) or f"Jobs: {', '.join(jobs[:20])}.")
        if count := await dropped_count(client, parameters.name):
            envelope.hints.append(
                f"Relabelling dropped {count:,} matching {'target' if count == 1 else 'targets'}: see state=dropped."
            )
    return envelope.written_by(flat())


def _matches(target: Target, name: str, state: str) -> bool:
    return state in ("all", target.health) and matches_text(name, target.labels, target.scrapePool, _address(target))


def _rank(target: Target) -> tuple[int, str, str]:
    health = {"down": 0, "unknown": 1}.get(target.health, 2)
    return health, target.labels.get("job", ""), target.labels.get("instance", "")


def _row(target: Target, now: float) -> Row:
    own = {name: value for name, value in sorted(target.labels.items()) if name not in ("job", "instance")}
    last = age(target.lastScrape, now)
    return {
        "job": target.labels.get("job", target.scrapePool),
        "instance": target.labels.get("instance", ""),
        "health": target.health,
        "scraped": f"{last} ago" if last else "never",
        "took": format_value(target.lastScrapeDuration, "seconds"),
        "every": target.scrapeInterval,
        "error": _without_address(target),
        "url": _address(target),
        "labels": cast(JsonValue, own),
    }


def _address(target: Target) -> str:
    """The URL without user, password and parameters, which may be secrets."""
    return without_credentials(target.scrapeUrl)


def _without_address(target: Target) -> str:
    """The error with the URL that it starts with cleaned: `Get "http://...": connection refused`."""
    address = _address(target)
    return target.lastError.replace(target.scrapeUrl, address) if target.scrapeUrl else target.lastError


def _summary(found: Sequence[Target], chosen: Sequence[Target]) -> str:
    if not found:
        return "This Prometheus has no targets."
    health = Counter(one.health for one in found)
    down = Counter(one.labels.get("job", one.scrapePool) for one in found if one.health == "down")
    told = ", ".join(f"{count} of {job}" for job, count in down.most_common(_FEW_JOBS))
    jobs = {one.labels.get("job", one.scrapePool) for one in found}
    states = ", ".join(f"{health[state]:,} {state}" for state in ("down", "unknown", "up") if health[state])
    summary = f"{len(found):,} targets in {len(jobs):,} jobs: {states}{f'; down: {told}' if told else ''}."
    return summary if len(chosen) == len(found) else f"{len(chosen):,} shown of {summary}"


TOOL = ReadTool(
    name="targets",
    title="Check scrape targets",
    description="Scrape targets, down first, with the error; or targets dropped by relabelling.",
    parameters=TargetsParameters,
    run=targets,
)
