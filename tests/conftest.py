"""What all tests share: a real control plane, and an honest last line."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import ControlPlane, control_plane

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def plane() -> Iterator[ControlPlane]:
    """etcd, kube-apiserver and kube-controller-manager with our CRDs, one for the whole run."""
    with control_plane() as plane:
        for crd in ("ritsukobots", "mcpsidecars"):
            plane.kubectl("apply", "-f", f"{ROOT}/crds/{crd}.yaml")
        plane.kubectl(
            "wait", "--for=condition=Established", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev"
        )
        yield plane
