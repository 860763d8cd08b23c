"""A Kubernetes cluster on this machine, for tests and for the demo; see README.md beside this file."""

from .api import Api, ApiError
from .control_plane import ControlPlane
from .errors import ClusterError
from .local import control_plane

__all__ = ["Api", "ApiError", "ClusterError", "ControlPlane", "control_plane"]
