"""Clocks that disagree, known from what must have come before what.

A pod that says it calls another does so before the other writes its first line about the request, and has its answer
after the other's last line. When timestamps say otherwise, a clock is wrong, and by how much at least. Timestamps that
are in order prove nothing: a clock that is off by less than a call takes is not found, nor one of a pod that nobody
mentions.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isinf

_TOLERANCE = 0.001
# A pod's name ends in its ReplicaSet's hash and five letters, in five letters, or in its number.
_POD_ENDING = re.compile(r"(?:-[b-df-hj-np-tv-xz0-9]{6,10})?-[b-df-hj-np-tv-xz2-9]{5}$|-\d{1,4}$")
# What is said once the other has answered.
_ANSWERED = re.compile(
    r"\b(?:answer\w*|respon\w+|repl(?:y|ied|ies)|return\w*|receiv\w+|complet\w+|finish\w*|done|took|status|got)\b"
    r"|\d\s?(?:ms|[mµ]s|s)\b|<-",
    re.IGNORECASE,
)
_INCOMING = re.compile(r"\b(?:from|by|for)\s+\S*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PodLine:
    """A line about the request: who wrote it, when by its own clock (Unix seconds), and what it says."""

    pod: str
    time: float
    text: str


@dataclass(frozen=True, slots=True)
class Skew:
    """How far a pod's clock is ahead (behind, if negative) of those it was compared with, in seconds."""

    pod: str
    against: str
    least: float
    most: float

    @property
    def estimate(self) -> float:
        """The middle, or the bound that is known."""
        if isinf(self.least):
            return self.most
        return self.least if isinf(self.most) else (self.least + self.most) / 2


def workload(pod: str) -> str:
    """`orders` for `orders-7d9f8b6c5-x2x9k` and for `orders-0`."""
    return _POD_ENDING.sub("", pod)


def mentions(text: str, name: str) -> bool:
    """Whether the text names this workload, as a word or as the beginning of a host."""
    return _mention(text, name) is not None


def find_skews(lines: Sequence[PodLine]) -> list[Skew]:
    """The clocks that must be wrong, as seen from the pod that nobody called. `lines` in any order."""
    by_pod: dict[str, list[PodLine]] = {}
    for line in sorted(lines, key=lambda line: line.time):
        by_pod.setdefault(line.pod, []).append(line)
    called = {other for pod in by_pod for other in by_pod if other != pod and _call(by_pod[pod], other)}
    waiting = [pod for pod in by_pod if pod not in called] or list(by_pod)[:1]
    # For each pod whose clock was compared: by how much it is ahead, and of whose.
    ahead = {pod: (0.0, pod) for pod in waiting}
    found: list[Skew] = []
    while waiting:
        caller = waiting.pop(0)
        base, root = ahead[caller]
        for other, theirs in by_pod.items():
            if other in ahead or (call := _call(by_pod[caller], other)) is None:
                continue
            # Their first line lies behind the call, their last one before the answer.
            skew = Skew(other, root, base + theirs[-1].time - call[1], base + theirs[0].time - call[0])
            certain = skew.least <= skew.most and (skew.least > _TOLERANCE or skew.most < -_TOLERANCE)
            if certain:
                found.append(skew)
            ahead[other] = (skew.estimate if certain else 0.0, root)
            waiting.append(other)
    return found


def corrected(lines: Sequence[PodLine], skews: Sequence[Skew]) -> list[float]:
    """The times of the lines by the clock of the pod that nobody called."""
    ahead: Mapping[str, float] = {skew.pod: skew.estimate for skew in skews}
    return [line.time - ahead.get(line.pod, 0.0) for line in lines]


def _call(lines: Sequence[PodLine], other: str) -> tuple[float, float] | None:
    """When the writer of these lines called the other pod, and when it had the answer (infinite if it does not say)."""
    name = workload(other)
    begin: float | None = None
    end = inf
    for line in lines:
        place = _mention(line.text, name)
        if place is None:
            continue
        if _ANSWERED.search(line.text):
            if begin is not None:
                end = line.time
        elif begin is None and not _INCOMING.search(line.text[: place.start()]):
            begin = line.time
    return None if begin is None else (begin, end)


def _mention(text: str, name: str) -> re.Match[str] | None:
    return re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text) if len(name) > 2 else None
