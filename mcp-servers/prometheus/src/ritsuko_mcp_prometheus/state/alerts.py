"""What fires, and what is about to."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from ritsuko_mcp_common.envelope import Envelope, Row
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.times import format_duration

from ..cells import flat
from ..client import PrometheusClient
from ..objects import Alert, Rule
from ..series import Labels
from ..values import json_number
from .ages import age
from .matching import is_meant

# As kube-prometheus, mixins and the common rule collections call them; what is not here comes behind warnings.
_SEVERITIES = ("emergency", "critical", "page", "disaster", "high", "error", "major", "warning", "ticket", "minor")
_MILD = ("info", "low", "none", "ok")
_ALWAYS_FIRING = ("Watchdog", "DeadMansSwitch")
_SAID = ("summary", "message", "description")
_LONGEST = 200


async def alerts(client: PrometheusClient, name: str, state: str, limit: int, *, now: float) -> Envelope:
    """Alerts, worst first: firing before pending, then by severity, then the longest; a row each.

    Only those whose name or a label's value contains `name`, and of that state unless it is `all`.
    """
    found, (rules, warnings) = await asyncio.gather(client.alerts(), _rules(client))
    chosen = sorted((one for one in found if _matches(one, name, state)), key=_rank)
    envelope = Envelope(summary=_summary(chosen, len(found), name, state), source=client.source, untrusted=True)
    envelope.warnings = warnings
    envelope.data = [_row(one, now) for one in chosen[:limit]]
    envelope.total, envelope.returned = len(chosen), len(envelope.data)
    envelope.truncated = len(chosen) > limit
    if envelope.truncated:
        envelope.hints.append(f"Give a name or a label's value to see fewer, or a limit above {limit}.")
    if not chosen:
        envelope.hints += _instead(found, rules, name, state)
    elif queries := _conditions(chosen, rules):
        envelope.hints += queries
    return envelope.written_by(flat({"says": _LONGEST}))


async def _rules(client: PrometheusClient) -> tuple[dict[str, list[Rule]], list[str]]:
    """Alerting rules by name; the alerts are worth showing without them."""
    try:
        groups = await client.rules()
    except ToolFailure as failure:
        return {}, [f"the rules behind them could not be read: {failure.message}"]
    by_name: dict[str, list[Rule]] = {}
    for group in groups:
        for rule in group.rules:
            if rule.type == "alerting":
                by_name.setdefault(rule.name, []).append(rule)
    return by_name, []


def _matches(alert: Alert, name: str, state: str) -> bool:
    return state in ("all", alert.state) and is_meant(name, alert.labels)


def _rank(alert: Alert) -> tuple[bool, bool, int, float, str]:
    began = alert.activeAt.timestamp() if alert.activeAt else 0.0
    name = alert.labels.get("alertname", "")
    return name in _ALWAYS_FIRING, alert.state != "firing", _severity(alert.labels), began, name


def _severity(labels: Labels) -> int:
    said = labels.get("severity", labels.get("priority", "")).lower()
    if said in _SEVERITIES:
        return _SEVERITIES.index(said)
    return len(_SEVERITIES) + (1 + _MILD.index(said) if said in _MILD else 0)


def _row(alert: Alert, now: float) -> Row:
    said = next((alert.annotations[key] for key in _SAID if alert.annotations.get(key)), "")
    others = {name: value for name, value in sorted(alert.labels.items()) if name not in ("alertname", "severity")}
    return {
        "alert": alert.labels.get("alertname", ""),
        "state": alert.state,
        "severity": alert.labels.get("severity", ""),
        "for": age(alert.activeAt, now),
        "value": json_number(alert.value),
        "labels": cast(JsonValue, others),
        "says": said,
    }


def _summary(chosen: Sequence[Alert], all: int, name: str, state: str) -> str:
    about = f" for {name!r}" if name else ""
    if not chosen:
        kind = "alerts" if state == "all" else f"{state} alerts"
        return f"No {kind}{about}." if name or all else "Nothing fires and nothing is pending."
    states = Counter(one.state for one in chosen)
    severities = Counter(one.labels.get("severity", "no severity") for one in chosen if one.state == "firing")
    told = ", ".join(f"{count} {severity}" for severity, count in severities.most_common())
    firing = f"{states['firing']} firing ({told})" if states["firing"] else "0 firing"
    pending = f", {states['pending']} pending" if states["pending"] else ""
    return f"{firing}{pending}{about}."


def _conditions(chosen: Sequence[Alert], rules: Mapping[str, Sequence[Rule]]) -> list[str]:
    """What the worst of them means: its rule's query, to go on with."""
    name = chosen[0].labels.get("alertname", "")
    return [
        f"{name} means: {rule.query}" + (f" for {format_duration(rule.duration)}" if rule.duration else "")
        for rule in rules.get(name, [])[:1]
    ]


def _instead(found: Sequence[Alert], rules: Mapping[str, Sequence[Rule]], name: str, state: str) -> list[str]:
    if name in rules:
        return [f"The rule {name} exists, and its condition is not met: {rules[name][0].query}"]
    if name and (close := suggestion(name, rules)):
        return [close]
    if found:
        return [f"There are {len(found)} other alerts: leave {'name' if name else 'state'} out."]
    return [] if rules or state != "all" else ["There are no alerting rules here: rules tells more."]
