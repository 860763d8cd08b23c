"""Control planes of one package's or module's own, for stories that others would disturb, or that disturb others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster import ControlPlane, control_plane

OPERATOR = ("ritsuko-system", "ritsuko-operator")
ROOT = Path(__file__).parents[3]


@contextmanager
def plane_of_its_own() -> Iterator[ControlPlane]:
    """With our CRDs, and the rights that `manifests/` gives the operator, which does not run there yet."""
    with control_plane() as plane:
        plane.kubectl("apply", "-f", str(ROOT / "manifests" / "install.yaml"))
        plane.kubectl("delete", "deployment", "--all", "--namespace", OPERATOR[0])
        plane.kubectl(
            "wait", "--for=condition=Established", "crd", "ritsukobots.ritsuko.dev", "mcpsidecars.ritsuko.dev"
        )
        yield plane
