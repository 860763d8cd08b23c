"""Spans between two times, in seconds."""

from __future__ import annotations

from datetime import datetime


def since(start: datetime | None, now: datetime) -> float:
    """From `start` until `now`; 0 without a start."""
    return (now - start).total_seconds() if start else 0.0


def until(end: datetime, now: datetime) -> float:
    """From `now` until `end`; negative if that is over."""
    return (end - now).total_seconds()
