"""Metric families: a histogram is one family, although it is stored under three names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ritsuko_mcp_prometheus.api.objects import Metadata
from ritsuko_mcp_prometheus.presentation.units import unit_of

_KNOWN = {"counter", "gauge", "histogram", "summary", "info", "stateset", "gaugehistogram"}
_PARTS = ("_bucket", "_count", "_sum")


@dataclass(frozen=True, slots=True)
class Family:
    """A metric family: `members` are the names of its samples; `guessed`: the type is derived from the name."""

    name: str
    type: str
    guessed: bool
    unit: str
    help: str
    members: tuple[str, ...]

    @property
    def counted(self) -> str:
        """The member with one series per measured object."""
        return next((name for name in self.members if name.endswith("_count") and name != self.name), self.members[0])

    @property
    def buckets(self) -> str:
        """The member that holds a classic histogram's buckets; a native one has none."""
        bucket = f"{self.name}_bucket"
        return bucket if self.type in ("histogram", "gaugehistogram") and bucket in self.members else ""

    @property
    def described_type(self) -> str:
        """`counter`, or `counter (guessed)` without metadata."""
        return f"{self.type} (guessed)" if self.guessed else self.type


def families(names: Sequence[str], metadata: Mapping[str, Sequence[Metadata]]) -> list[Family]:
    """The families of these names, by name."""
    existing = set(names)
    members: dict[str, list[str]] = {}
    for name in names:
        members.setdefault(_family_of(name, existing, metadata), []).append(name)
    return sorted((_family(name, parts, metadata) for name, parts in members.items()), key=lambda one: one.name)


def family_of(wanted: str, among: Iterable[Family]) -> Family | None:
    """The family with that name, or with that name among its members."""
    return next((one for one in among if wanted == one.name or wanted in one.members), None)


def _family_of(name: str, existing: set[str], metadata: Mapping[str, Sequence[Metadata]]) -> str:
    for part in _PARTS:
        base = name.removesuffix(part)
        if base == name or not base:
            continue
        told = _metadata_of(base, metadata)
        # Without metadata: a histogram has buckets, a summary its quantiles under the bare name.
        if told.type in ("histogram", "summary", "gaugehistogram") or (
            not told.type and (f"{base}_bucket" in existing or (base in existing and f"{base}_count" in existing))
        ):
            return base
    return name


def _family(name: str, members: Sequence[str], metadata: Mapping[str, Sequence[Metadata]]) -> Family:
    told = _metadata_of(name, metadata)
    known = told.type in _KNOWN
    return Family(
        name=name,
        type=told.type if known else _guess(name, members),
        guessed=not known,
        unit=told.unit or unit_of(name),
        help=told.help,
        members=tuple(members),
    )


def _metadata_of(name: str, metadata: Mapping[str, Sequence[Metadata]]) -> Metadata:
    """The most frequent metadata; OpenMetrics omits the suffix of a counter or an info."""
    for key in (name, name.removesuffix("_total"), name.removesuffix("_info")):
        if entries := metadata.get(key):
            types = [entry.type for entry in entries]
            return max(entries, key=lambda entry: types.count(entry.type))
    return Metadata()


def _guess(name: str, members: Sequence[str]) -> str:
    """By the naming convention: https://prometheus.io/docs/practices/naming/"""
    if f"{name}_bucket" in members:
        return "histogram"
    if f"{name}_count" in members:
        return "summary"
    if name.endswith(("_total", "_count", "_sum", "_bucket")):
        return "counter"
    return "info" if name.endswith("_info") else "gauge"
