"""What can go wrong in a tool."""

from collections.abc import Callable


class BuildError(RuntimeError):
    """Something that a tool needs is not available, or a step failed; the message says why and what would help."""


def why_not(get: Callable[[], object]) -> str | None:
    """Why something is not available here, after getting it if it is; then None."""
    try:
        get()
    except BuildError as error:
        return str(error)
    return None
