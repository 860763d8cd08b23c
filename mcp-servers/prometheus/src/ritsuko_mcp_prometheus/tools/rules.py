"""`rules`: recording and alerting rules, failing and slow ones first."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, cast

from pydantic import Field, JsonValue

from ritsuko_api.envelope import Row
from ritsuko_common.durations import format_duration
from ritsuko_common.redaction.names import is_sensitive_name
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.objects import Rule, RuleGroup
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.catalogue.nearest_names import nearest_names
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.numbers import format_value
from ritsuko_mcp_prometheus.state.age import age
from ritsuko_mcp_prometheus.state.configuration_reload import failed_reload
from ritsuko_mcp_prometheus.tools.parameters import Limit

# Share of the interval: a group that takes longer than the interval misses evaluations.
_SLOW = 0.5
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class _Placed:
    rule: Rule
    group: RuleGroup

    @property
    def broken(self) -> bool:
        return self.rule.health not in ("ok", "unknown") or bool(self.rule.lastError)

    @property
    def slow(self) -> bool:
        """Whether its group is slow and it takes the longest."""
        heaviest = max((one.evaluationTime for one in self.group.rules), default=0.0)
        return late(self.group) and self.rule.evaluationTime == heaviest


class RulesParameters(Parameters):
    """What `rules` takes."""

    name: Annotated[str, Field(description="text in name, group or query", max_length=500)] = ""
    type: Literal["all", "alerting", "recording"] = "all"
    state: Literal["all", "failing", "slow", "firing", "pending", "inactive"] = "all"
    limit: Limit = 50


async def rules(parameters: RulesParameters, backend: PrometheusBackend) -> Envelope:
    """Rules as rows: failing first, then slow, then firing.

    Only rules with `name` in name, group or query, and of that type and state unless these are `all`.
    """
    client, now = backend.client, backend.now()
    groups, warnings = await asyncio.gather(client.rules(), failed_reload(client, now=now))
    every = list(_placed(groups))
    chosen = sorted(
        (one for one in every if _matches(one, parameters.name, parameters.type, parameters.state)), key=_rank
    )
    envelope = Envelope(
        summary=_summary(groups, every, chosen), source=client.source, warnings=warnings, untrusted=True
    )
    shown = chosen[: parameters.limit]
    envelope.data = [_row(one, now, errors=any(one.rule.lastError for one in shown)) for one in shown]
    envelope.total, envelope.returned = len(chosen), len(envelope.data)
    envelope.truncated = len(chosen) > parameters.limit
    if envelope.truncated:
        envelope.hints.append(f"Filter by name, or raise limit above {parameters.limit}.")
    for group in filter(late, groups):
        envelope.warnings.append(
            f"group {group.name} takes {format_value(group.evaluationTime, 'seconds')} "
            f"of its interval of {format_duration(group.interval)}"
        )
    if not chosen and every:
        near = nearest_names(parameters.name, {one.rule.name for one in every}, 3) if parameters.name else []
        close = f"Did you mean {', '.join(near)}?" if near else ""
        envelope.hints.append(close or f"There are {len(every)} others: remove the filters.")
    if len(chosen) == 1:
        annotations = chosen[0].rule.annotations.items()
        envelope.hints += [f"{key}: {text}" for key, text in annotations if not is_sensitive_name(key)]
    return envelope.written_by(flat({"error": _LONGEST}))


def late(group: RuleGroup) -> bool:
    """Whether a group's evaluation takes too large a part of its interval."""
    return group.interval > 0 and group.evaluationTime > _SLOW * group.interval


def _placed(groups: Sequence[RuleGroup]) -> Iterator[_Placed]:
    return (_Placed(rule, group) for group in groups for rule in group.rules)


def _matches(one: _Placed, name: str, type: str, state: str) -> bool:
    wanted = name.lower()
    if type not in ("all", one.rule.type):
        return False
    if not any(wanted in text.lower() for text in (one.rule.name, one.group.name, one.rule.query)):
        return False
    match state:
        case "failing":
            return one.broken
        case "slow":
            return one.slow
        case "firing" | "pending" | "inactive":
            return one.rule.state == state
        case _:
            return True


def _rank(one: _Placed) -> tuple[bool, bool, int, str, str]:
    states = {"firing": 0, "pending": 1}
    return not one.broken, not one.slow, states.get(one.rule.state, 2), one.group.name, one.rule.name


def _row(one: _Placed, now: float, *, errors: bool) -> Row:
    """A row; the error comes early because a table is read from the left."""
    error: Row = {"error": one.rule.lastError} if errors else {}
    return {
        "rule": one.rule.name,
        "health": one.rule.health,
        **error,
        "state": one.rule.state,
        "for": format_duration(one.rule.duration) if one.rule.duration else "",
        "labels": cast(JsonValue, dict(sorted(one.rule.labels.items()))),
        "type": one.rule.type,
        "group": one.group.name,
        "evaluated": f"{age(one.rule.lastEvaluation, now)} ago" if age(one.rule.lastEvaluation, now) else "never",
        "took": format_value(one.rule.evaluationTime, "seconds"),
        "query": one.rule.query,
    }


def _summary(groups: Sequence[RuleGroup], every: Sequence[_Placed], chosen: Sequence[_Placed]) -> str:
    if not every:
        return "This Prometheus has no rules."
    failing, slow = sum(one.broken for one in every), sum(map(late, groups))
    state = f"{failing} of them failing" if failing else "all healthy"
    told = f"{len(every):,} rules in {len(groups):,} groups, {state}"
    told += f", {slow} groups slow" if slow else ""
    return f"{told}." if len(chosen) == len(every) else f"{len(chosen):,} shown of {told}."


TOOL = ReadTool(
    name="rules",
    title="Check rules",
    description="Recording and alerting rules with health and last error: failing first, then slow.",
    parameters=RulesParameters,
    run=rules,
)
