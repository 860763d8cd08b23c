"""The operator's installation, on the control plane of the whole run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import Api, ControlPlane

IMPERSONATION = ("impersonator-role", "bind-impersonator")
MANIFESTS = Path(__file__).parents[3] / "manifests"


@pytest.fixture(scope="session")
def installed(plane: ControlPlane) -> ControlPlane:
    """The control plane after `kubectl apply -f manifests/install.yaml`."""
    plane.kubectl("apply", "--validate=strict", "-f", f"{MANIFESTS}/install.yaml")
    return plane


@pytest.fixture(scope="module")
def impersonating(installed: ControlPlane) -> Iterator[ControlPlane]:
    """The same with what the overlay for impersonation adds."""
    added = [f"--filename={MANIFESTS}/overlays/impersonation/{name}.yaml" for name in IMPERSONATION]
    installed.kubectl("apply", "--validate=strict", *added)
    yield installed
    installed.kubectl("delete", *added)


@pytest.fixture(scope="session")
def operator(installed: ControlPlane) -> Api:
    """The apiserver as the operator meets it: with the rights of its ServiceAccount and no others."""
    token = installed.token_for_serviceaccount("ritsuko-system", "ritsuko-operator")
    return Api(installed.url, authority=installed.ca_file, token=token)
