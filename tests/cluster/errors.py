"""What can go wrong here, told so that a person knows what to do next."""

from collections.abc import Callable


class ClusterError(RuntimeError):
    """The cluster, or something that it needs, can't be had; the message says why and what would help."""


def why_not(get: Callable[[], object]) -> str | None:
    """Why something can't be had here, after getting it if it can; then None."""
    try:
        get()
    except ClusterError as error:
        return str(error)
    return None
