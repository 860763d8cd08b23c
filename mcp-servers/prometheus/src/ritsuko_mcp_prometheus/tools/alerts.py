"""`alerts`: firing and pending alerts."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal, cast

from pydantic import JsonValue

from ritsuko_api.envelope import Row
from ritsuko_common.durations import format_duration
from ritsuko_mcp_common.envelope import Envelope
from ritsuko_mcp_common.errors import ToolFailure
from ritsuko_mcp_common.nearest import suggestion
from ritsuko_mcp_common.times import format_time, parse_time
from ritsuko_mcp_common.tool import Parameters, ReadTool
from ritsuko_mcp_prometheus.api.client import PrometheusClient
from ritsuko_mcp_prometheus.api.objects import Alert, Rule
from ritsuko_mcp_prometheus.api.series import Labels
from ritsuko_mcp_prometheus.backend import PrometheusBackend
from ritsuko_mcp_prometheus.errors import BadRequest
from ritsuko_mcp_prometheus.presentation.cells import flat
from ritsuko_mcp_prometheus.presentation.numbers import json_number
from ritsuko_mcp_prometheus.state.age import age
from ritsuko_mcp_prometheus.state.alert_history import alerts_at
from ritsuko_mcp_prometheus.state.text_filter import matches_text
from ritsuko_mcp_prometheus.tools.parameters import Limit, Moment, Part

# Severities of kube-prometheus and common rule collections; unknown ones rank after warnings.
_SEVERITIES = ("emergency", "critical", "page", "disaster", "high", "error", "major", "warning", "ticket", "minor")
_MILD = ("info", "low", "none", "ok")
_ALWAYS_FIRING = ("Watchdog", "DeadMansSwitch")
_SUMMARY_ANNOTATIONS = ("summary", "message", "description")
_RUNBOOKS = ("runbook_url", "runbook")
_LONGEST = 200


class AlertsParameters(Parameters):
    """What `alerts` takes."""

    name: Part = ""
    state: Literal["all", "firing", "pending"] = "all"
    limit: Limit = 50
    at: Moment = "now"


async def alerts(parameters: AlertsParameters, backend: PrometheusBackend) -> Envelope:
    """Alerts as rows, most severe first: firing before pending, then by severity, then the longest.

    Only alerts with `name` in the name or a label value, and in that state unless it is `all`. More than `limit`
    are grouped by name, so that a storm of one does not hide the others.
    """
    client, now = backend.client, backend.now()
    moment = parse_time(parameters.at, now=now)
    if moment > now:
        raise BadRequest(
            f"{format_time(moment)} is in the future (now: {format_time(now)})", "Use -1h for an hour ago."
        )
    earlier = moment < now
    asked = alerts_at(client, moment) if earlier else client.alerts()
    found, (rules, warnings) = await asyncio.gather(asked, _rules(client))
    chosen = sorted((one for one in found if _matches(one, parameters.name, parameters.state)), key=_rank)
    groups = alike(chosen)
    grouped = len(chosen) > parameters.limit and len(groups) > 1
    rows = groups if grouped else [[one] for one in chosen]
    summary = _summary(chosen, len(found), parameters.name, parameters.state)
    envelope = Envelope(
        summary=f"At {format_time(moment)}: {summary}" if earlier else summary, source=client.source, untrusted=True
    )
    envelope.warnings = warnings
    envelope.data = [_row(some, moment, counted=grouped, whole=len(groups) == 1) for some in rows[: parameters.limit]]
    envelope.total, envelope.returned = len(rows), len(envelope.data)
    envelope.truncated = len(rows) > parameters.limit
    if grouped:
        most = max(groups, key=len)[0].labels.get("alertname", "")
        envelope.hints.append(f"Each row groups alerts of one name: name={most} lists them individually.")
    elif envelope.truncated:
        envelope.hints.append(f"Filter by a label value, or raise limit above {parameters.limit}.")
    if earlier and not found and not (await client.query("count(up)", moment)).series:
        envelope.summary = f"There is no data at {format_time(moment)}, not even up."
        envelope.hints = ["Prometheus was not running then, or the data has expired: use a later time."]
        return envelope
    if earlier:
        envelope.hints.append(
            "Taken from the series ALERTS, which has no annotations; query_range ALERTS shows when each was active."
        )
    if not chosen and not earlier:
        envelope.hints += _instead(found, rules, parameters.name, parameters.state)
    elif chosen:
        envelope.hints += _conditions(chosen, rules)
        if not earlier and any(one.state == "firing" for one in chosen):
            envelope.warnings += await _missing_alertmanager(client)
    return envelope.written_by(flat({"summary": _LONGEST, "description": 3 * _LONGEST}))


async def _missing_alertmanager(client: PrometheusClient) -> list[str]:
    """A warning if no Alertmanager is configured; none if the backend can't tell."""
    try:
        known = await client.alertmanagers()
    except ToolFailure:
        return []
    return [] if known else ["firing alerts notify nobody: this Prometheus has no Alertmanager configured"]


async def _rules(client: PrometheusClient) -> tuple[dict[str, list[Rule]], list[str]]:
    """Alerting rules by name; without them the alerts are still shown."""
    try:
        groups = await client.rules()
    except ToolFailure as failure:
        return {}, [f"their rules could not be read: {failure.message}"]
    by_name: dict[str, list[Rule]] = {}
    for group in groups:
        for rule in group.rules:
            if rule.type == "alerting":
                by_name.setdefault(rule.name, []).append(rule)
    return by_name, []


def _matches(alert: Alert, name: str, state: str) -> bool:
    return state in ("all", alert.state) and matches_text(name, alert.labels)


def _rank(alert: Alert) -> tuple[bool, bool, int, float, str]:
    began = alert.activeAt.timestamp() if alert.activeAt else 0.0
    name = alert.labels.get("alertname", "")
    return name in _ALWAYS_FIRING, alert.state != "firing", _severity(alert.labels), began, name


def _severity(labels: Labels) -> int:
    said = labels.get("severity", labels.get("priority", "")).lower()
    if said in _SEVERITIES:
        return _SEVERITIES.index(said)
    return len(_SEVERITIES) + (1 + _MILD.index(said) if said in _MILD else 0)


def _row(some: Sequence[Alert], now: float, *, counted: bool, whole: bool) -> Row:
    """A row for alerts of one name and state, longest first, with their common labels.

    `counted`: with their number. `whole`: with the description in addition to the summary.
    """
    alert = some[0]
    said = next((key for key in _SUMMARY_ANNOTATIONS if alert.annotations.get(key)), "")
    labels = {name: value for name, value in sorted(alert.labels.items()) if name not in ("alertname", "severity")}
    shared = {name: value for name, value in labels.items() if all(one.labels.get(name) == value for one in some)}
    row: Row = {
        "alert": alert.labels.get("alertname", ""),
        "state": alert.state,
        "severity": alert.labels.get("severity", ""),
    }
    if counted:
        row["alerts"] = len(some)
    row["for"] = age(alert.activeAt, now)
    row["value"] = json_number(alert.value) if len(some) == 1 and alert.value is not None else ""
    row["labels"] = cast(JsonValue, shared)
    row["summary"] = alert.annotations.get(said, "")
    if whole and said != "description" and alert.annotations.get("description"):
        row["description"] = alert.annotations["description"]
    return row


def alike(alerts: Sequence[Alert]) -> list[list[Alert]]:
    """Alerts grouped by name, state and severity, in the order of the first of each group."""
    groups: dict[tuple[str, str, str], list[Alert]] = {}
    for one in alerts:
        key = one.labels.get("alertname", ""), one.state, one.labels.get("severity", "")
        groups.setdefault(key, []).append(one)
    return list(groups.values())


def _summary(chosen: Sequence[Alert], all: int, name: str, state: str) -> str:
    about = f" for {name!r}" if name else ""
    if not chosen:
        kind = "alerts" if state == "all" else f"{state} alerts"
        return f"No {kind}{about}." if name or all else "No alerts are firing or pending."
    states = Counter(one.state for one in chosen)
    severities = Counter(one.labels.get("severity", "no severity") for one in chosen if one.state == "firing")
    told = ", ".join(f"{count} {severity}" for severity, count in severities.most_common())
    firing = f"{states['firing']} firing ({told})" if states["firing"] else "0 firing"
    pending = f", {states['pending']} pending" if states["pending"] else ""
    return f"{firing}{pending}{about}."


def _conditions(chosen: Sequence[Alert], rules: Mapping[str, Sequence[Rule]]) -> list[str]:
    """The condition of the most severe alert, and its runbook."""
    worst = chosen[0]
    name = worst.labels.get("alertname", "")
    told = [
        f"Condition of {name}: {rule.query}" + (f" for {format_duration(rule.duration)}" if rule.duration else "")
        for rule in rules.get(name, [])[:1]
    ]
    if page := next((worst.annotations[key] for key in _RUNBOOKS if worst.annotations.get(key)), ""):
        told.append(f"Runbook: {page}")
    return told


def _instead(found: Sequence[Alert], rules: Mapping[str, Sequence[Rule]], name: str, state: str) -> list[str]:
    if name in rules:
        return [f"The rule {name} exists, but its condition is not met: {rules[name][0].query}"]
    if name and (close := suggestion(name, rules)):
        return [close]
    if found:
        return [f"There are {len(found)} other alerts: omit {'name' if name else 'state'}."]
    return [] if rules or state != "all" else ["There are no alerting rules; see rules."]


TOOL = ReadTool(
    name="alerts",
    title="List alerts",
    description="Firing and pending alerts, now or at another time, most severe first.",
    parameters=AlertsParameters,
    run=alerts,
)
