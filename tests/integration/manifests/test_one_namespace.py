"""The overlay for one namespace: no right reaches beyond it, and within it everything works."""

import pytest
import yaml

from tests.cluster import Api, ApiError, ControlPlane
from tests.golden.golden import cases
from tests.integration.manifests.applying import apply, placed
from tests.integration.manifests.conftest import MANIFESTS

pytestmark = pytest.mark.controlplane

OVERLAY = f"{MANIFESTS}/overlays/namespaced"


@pytest.fixture(scope="module")
def text(plane: ControlPlane) -> str:
    return plane.kubectl("kustomize", OVERLAY)


def test_it_has_nothing_of_the_cluster(text: str) -> None:
    found = [(one["kind"], one["metadata"].get("namespace")) for one in yaml.safe_load_all(text)]
    assert {namespace for _, namespace in found} == {"ritsuko"}
    assert not {kind for kind, _ in found if kind.startswith("Cluster")}


def test_the_operator_there_manages_bots_there_and_nowhere_else(plane: ControlPlane, text: str) -> None:
    case = next(case for case in cases() if case.name == "namespaced-install")
    with placed(plane, case, "ritsuko") as here:
        plane.kubectl("apply", "--validate=strict", "-f", "-", input=text)
        token = plane.token_for_serviceaccount("ritsuko", "ritsuko-operator")
        operator = Api(plane.url, authority=plane.ca_file, token=token)
        for manifest in here.manifests:
            apply(operator, manifest)
        for path in ("/api/v1/pods", "/api/v1/namespaces/default/configmaps", "/api/v1/namespaces/ritsuko/secrets"):
            with pytest.raises(ApiError) as refused:
                operator.request("GET", path)
            assert refused.value.status == 403
