"""What can go wrong here, told so that a person knows what to do next."""


class ClusterError(RuntimeError):
    """The cluster, or something that it needs, can't be had; the message says why and what would help."""
