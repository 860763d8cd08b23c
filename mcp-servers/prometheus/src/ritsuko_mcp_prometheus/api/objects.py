"""What Prometheus returns besides samples: metadata, targets, rules and alerts.

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
    """A metric's metadata from one target."""

    type: str = ""
    help: str = ""
    unit: str = ""


class Target(BaseModel):
    """A scrape target. A `lastScrape` before the year 2 means never."""

    labels: Labels
    scrapePool: str = ""
    scrapeUrl: str = ""
    lastError: str = ""
    lastScrape: datetime | None = None
    lastScrapeDuration: float = 0.0
    health: str = "unknown"
    scrapeInterval: str = ""


class DroppedTarget(BaseModel):
    """A target that relabelling dropped, with its labels before relabelling."""

    discoveredLabels: Labels


class Targets(BaseModel):
    """Active or dropped targets, depending on the request."""

    activeTargets: _Listing[Target] = []
    droppedTargets: _Listing[DroppedTarget] = []


class Alert(BaseModel):
    """A firing or pending alert."""

    labels: Labels
    annotations: Labels = {}
    state: str
    activeAt: datetime | None = None
    value: float | None = None


class Rule(BaseModel):
    """A recording or alerting rule with its last evaluation; `duration` (`for:`) in seconds."""

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
    """Rules that are evaluated in sequence, every `interval` seconds."""

    name: str
    file: str = ""
    interval: float
    evaluationTime: float = 0.0
    rules: _Listing[Rule]


class Alertmanagers(BaseModel):
    """The Alertmanagers that alerts are sent to."""

    activeAlertmanagers: _Listing[dict[str, str]]


class Runtime(BaseModel):
    """The process: whether the last configuration reload succeeded, and how long samples are kept."""

    reloadConfigSuccess: bool = True
    lastConfigTime: datetime | None = None
    storageRetention: str = ""


class Count(BaseModel):
    """A name with a count."""

    name: str
    value: int


class _Head(BaseModel):
    numSeries: int = 0


class Tsdb(BaseModel):
    """The number of series, and the metrics and labels with the most; highest first."""

    headStats: _Head = _Head()
    totalSeries: int = 0
    seriesCountByMetricName: _Listing[Count] = []
    labelValueCountByLabelName: _Listing[Count] = []

    @property
    def series(self) -> int:
        """Prometheus counts series in memory, VictoriaMetrics those of today."""
        return self.totalSeries or self.headStats.numSeries


class Exemplar(BaseModel):
    """One observation at `timestamp` (Unix seconds), with labels such as its trace id."""

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


# Each raises pydantic's ValidationError for any other body.


def decode_text(body: bytes) -> str:
    """The response of `/format_query`."""
    return _TEXT.validate_json(body).data


def decode_strings(body: bytes) -> list[str]:
    """The response of `/labels` or `/label/<name>/values`."""
    return _STRINGS.validate_json(body).data


def decode_metadata(body: bytes) -> dict[str, list[Metadata]]:
    """The response of `/metadata`: by metric, one entry for each distinct metadata of its targets."""
    return _METADATA.validate_json(body).data or {}


def decode_targets(body: bytes) -> Targets:
    """The response of `/targets`."""
    return _TARGETS.validate_json(body).data


def decode_alerts(body: bytes) -> list[Alert]:
    """The response of `/alerts`."""
    return _ALERTS.validate_json(body).data.alerts


def decode_rules(body: bytes) -> list[RuleGroup]:
    """The response of `/rules`."""
    return _GROUPS.validate_json(body).data.groups


def decode_alertmanagers(body: bytes) -> list[dict[str, str]]:
    """The response of `/alertmanagers`."""
    return _ALERTMANAGERS.validate_json(body).data.activeAlertmanagers


def decode_runtime(body: bytes) -> Runtime:
    """The response of `/status/runtimeinfo`."""
    return _RUNTIME.validate_json(body).data


def decode_tsdb(body: bytes) -> Tsdb:
    """The response of `/status/tsdb`."""
    return _TSDB.validate_json(body).data


def decode_exemplars(body: bytes) -> list[Exemplar]:
    """The response of `/query_exemplars`, all series together."""
    return [one for series in _EXEMPLARS.validate_json(body).data for one in series.exemplars]
