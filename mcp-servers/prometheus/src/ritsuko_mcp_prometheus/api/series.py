"""Time series: labels, samples and native histograms."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

Labels = dict[str, str]
Sample = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Histogram:
    """A native histogram at one time: the number and sum of its observations, and their lowest and highest bound."""

    time: float
    count: float
    sum: float
    low: float
    high: float

    @property
    def mean(self) -> float:
        """NaN without observations."""
        return self.sum / self.count if self.count else math.nan


@dataclass(frozen=True, slots=True)
class Series:
    """One time series: its labels (`__name__` among them) and (Unix seconds, value) pairs in time order.

    Native histograms have no single value and are not among the samples.
    """

    labels: Labels
    samples: list[Sample]
    histograms: Sequence[Histogram] = ()

    @property
    def name(self) -> str:
        return self.labels.get("__name__", "")

    @property
    def scalar_samples(self) -> Sequence[Sample]:
        """The samples; for native histograms the mean observation at each time."""
        return self.samples or [(one.time, one.mean) for one in self.histograms]
