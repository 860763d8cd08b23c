"""What can go wrong with a cluster."""

from tools.errors import BuildError


class ClusterError(BuildError):
    """The cluster, or a part of it, is not available; the message says why and what would help."""
