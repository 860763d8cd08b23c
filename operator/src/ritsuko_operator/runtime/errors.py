"""What keeps the operator itself from running."""

from __future__ import annotations


class OperatorError(Exception):
    """The base of what ends the operator; the process exits with the message and is started again."""


class ConnectionSettingsError(OperatorError):
    """Nothing says where the apiserver is."""


class WatchEndedError(OperatorError):
    """kopf stopped watching without having been asked to."""


class LeadershipLostError(OperatorError):
    """Another operator leads by now, or may."""
