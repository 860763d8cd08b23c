"""A Kubernetes cluster on this machine, for tests and for the demo; see README.md beside this file."""

from tests.cluster.api import Api, ApiError
from tests.cluster.client import Cluster
from tests.cluster.cluster import Available, available, control_plane, named_cluster, open_cluster
from tests.cluster.errors import ClusterError
from tests.cluster.local import LocalCluster
from tests.cluster.plane import ControlPlane
from tests.cluster.prometheus import Prometheus
from tests.cluster.third_party import third_party_image

__all__ = [
    "Api",
    "ApiError",
    "Available",
    "Cluster",
    "ClusterError",
    "ControlPlane",
    "LocalCluster",
    "Prometheus",
    "available",
    "control_plane",
    "named_cluster",
    "open_cluster",
    "third_party_image",
]
