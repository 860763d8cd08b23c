"""A Kubernetes cluster on this machine, for tests and for the demo; see README.md beside this file."""

from .api import Api, ApiError
from .client import Cluster
from .cluster import Available, available, control_plane, named_cluster, open_cluster
from .errors import ClusterError
from .images import DOCKERFILES, Image, build, build_all, build_image, third_party_image
from .local import LocalCluster
from .plane import ControlPlane
from .prometheus import Prometheus

__all__ = [
    "DOCKERFILES",
    "Api",
    "ApiError",
    "Available",
    "Cluster",
    "ClusterError",
    "ControlPlane",
    "Image",
    "LocalCluster",
    "Prometheus",
    "available",
    "build",
    "build_all",
    "build_image",
    "control_plane",
    "named_cluster",
    "open_cluster",
    "third_party_image",
]
