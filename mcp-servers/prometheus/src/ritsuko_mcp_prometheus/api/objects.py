"""What Prometheus knows beside samples: metadata, targets, rules and alerts, as its API tells them.

https://prometheus.io/docs/prometheus/latest/querying/api/
"""

from datetime import datetime
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, TypeAdapter

from ritsuko_mcp_prometheus.api.series import Labels

T = TypeVar("T")


def _none_is_empty(value: object) -> object:
    return [] if value is None else value


# Go writes an empty slice as null.
_Listing = Annotated[list[T], BeforeValidator(_none_is_empty)]


class Metadata(BaseModel):
    """What a target says of a metric."""

    type: str = ""
    help: str = ""
    unit: str = ""


class Target(BaseModel):
    """Something to scrape. `lastScrape` before the year 2 means never."""

    labels: Labels
    scrapePool: str = ""
    scrapeUrl: str = ""
    lastError: str = ""
    lastScrape: datetime | None = None
    lastScrapeDuration: float = 0.0
    health: str = "unknown"
    scrapeInterval: str = ""


class DroppedTarget(BaseModel):
    """What discovery found and relabelling left out, with the labels before that."""

    discoveredLabels: Labels


class Targets(BaseModel):
    """The targets there are, or those that were dropped, whichever was asked for."""

    activeTargets: _Listing[Target] = []
    droppedTargets: _Listing[DroppedTarget] = []


class Alert(BaseModel):
    """An alert that fires, or will when its condition has lasted long enough."""

    labels: Labels
    annotations: Labels = {}
    state: str
    activeAt: datetime | None = None
    value: float | None = None


class Rule(BaseModel):
    """A recording or alerting rule and how its last evaluation went; `duration` (`for:`) in seconds."""

    type: Literal["alerting", "recording"]
    name: str
    query: str
    labels: Labels = {}
    annotations: Labels = {}
    duration: float = 0.0
    state: str = ""
    health: str = "unknown"
    lastError: str = ""
    evaluationTime: float = 0.0
    lastEvaluation: datetime | None = None


class RuleGroup(BaseModel):
    """Rules that are evaluated one after the other, every `interval` seconds."""

    name: str
    file: str = ""
    interval: float
    evaluationTime: float = 0.0
    rules: _Listing[Rule]


class Alertmanagers(BaseModel):
    """Where alerts are sent."""

    activeAlertmanagers: _Listing[dict[str, str]]


class Runtime(BaseModel):
    """How the process does: whether it took its configuration when that was last read, how long it keeps samples."""

    reloadConfigSuccess: bool = True
    lastConfigTime: datetime | None = None
    storageRetention: str = ""


class Count(BaseModel):
    """How many there are of something."""

    name: str
    value: int


class _Head(BaseModel):
    numSeries: int = 0


class Tsdb(BaseModel):
    """How many series a store holds, and of which metrics and labels; most first."""

    headStats: _Head = _Head()
    totalSeries: int = 0
    seriesCountByMetricName: _Listing[Count] = []
    labelValueCountByLabelName: _Listing[Count] = []

    @property
    def series(self) -> int:
        """Prometheus counts those in memory, VictoriaMetrics those of today."""
        return self.totalSeries or self.headStats.numSeries


class Exemplar(BaseModel):
    """One observation and what it was of, such as a trace; at `timestamp`, Unix seconds."""

    labels: Labels
    value: float
    timestamp: float


class _Exemplars(BaseModel):
    exemplars: _Listing[Exemplar]


class _Alerts(BaseModel):
    alerts: _Listing[Alert]


class _Groups(BaseModel):
    groups: _Listing[RuleGroup]


class _Success(BaseModel, Generic[T]):
    status: Literal["success"]
    data: T


_TEXT = TypeAdapter(_Success[str])
_STRINGS = TypeAdapter(_Success[_Listing[str]])
_METADATA = TypeAdapter(_Success[dict[str, list[Metadata]] | None])
_TARGETS = TypeAdapter(_Success[Targets])
_ALERTS = TypeAdapter(_Success[_Alerts])
_GROUPS = TypeAdapter(_Success[_Groups])
_ALERTMANAGERS = TypeAdapter(_Success[Alertmanagers])
_TSDB = TypeAdapter(_Success[Tsdb])
_EXEMPLARS = TypeAdapter(_Success[_Listing[_Exemplars]])
_RUNTIME = TypeAdapter(_Success[Runtime])


# Each raises pydantic's ValidationError for a body that is something else.


def decode_text(body: bytes) -> str:
    """The answer of `/format_query`."""
    return _TEXT.validate_json(body).data


def decode_strings(body: bytes) -> list[str]:
    """The answer of `/labels` or `/label/<name>/values`."""
    return _STRINGS.validate_json(body).data


def decode_metadata(body: bytes) -> dict[str, list[Metadata]]:
    """The answer of `/metadata`: by metric, one entry for each different thing that targets say of it."""
    return _METADATA.validate_json(body).data or {}


def decode_targets(body: bytes) -> Targets:
    """The answer of `/targets`."""
    return _TARGETS.validate_json(body).data


def decode_alerts(body: bytes) -> list[Alert]:
    """The answer of `/alerts`."""
    return _ALERTS.validate_json(body).data.alerts


def decode_rules(body: bytes) -> list[RuleGroup]:
    """The answer of `/rules`."""
    return _GROUPS.validate_json(body).data.groups


def decode_alertmanagers(body: bytes) -> list[dict[str, str]]:
    """The answer of `/alertmanagers`."""
    return _ALERTMANAGERS.validate_json(body).data.activeAlertmanagers


def decode_runtime(body: bytes) -> Runtime:
    """The answer of `/status/runtimeinfo`."""
    return _RUNTIME.validate_json(body).data


def decode_tsdb(body: bytes) -> Tsdb:
    """The answer of `/status/tsdb`."""
    return _TSDB.validate_json(body).data


def decode_exemplars(body: bytes) -> list[Exemplar]:
    """The answer of `/query_exemplars`, of all series together."""
    return [one for series in _EXEMPLARS.validate_json(body).data for one in series.exemplars]
