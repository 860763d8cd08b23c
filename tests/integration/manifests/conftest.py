"""The operator's installation, on the control plane of the whole run."""

from pathlib import Path

import pytest

from tests.cluster import Api, ControlPlane

MANIFESTS = Path(__file__).parents[3] / "manifests"


@pytest.fixture(scope="session")
def installed(plane: ControlPlane) -> ControlPlane:
    """The control plane after `kubectl apply -f manifests/install.yaml`."""
    plane.kubectl("apply", "--validate=strict", "-f", f"{MANIFESTS}/install.yaml")
    return plane


@pytest.fixture(scope="session")
def operator(installed: ControlPlane) -> Api:
    """The apiserver as the operator meets it: with the rights of its ServiceAccount and no others."""
    token = installed.token_for_serviceaccount("ritsuko-system", "ritsuko-operator")
    return Api(installed.url, authority=installed.ca_file, token=token)
