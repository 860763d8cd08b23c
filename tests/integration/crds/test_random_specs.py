"""The random resources that other tests are fed with are what they say: the apiserver takes these and refuses those."""

import pytest
from hypothesis import HealthCheck, given, settings

from tests.cluster import ControlPlane
from tests.integration.crds.asking import answer, refusal
from tests.specs import refused_bots, refused_sidecars, valid_bots, valid_sidecars
from tests.specs.crd import Document

pytestmark = pytest.mark.controlplane

many = settings(max_examples=60, derandomize=True, database=None, suppress_health_check=list(HealthCheck))


@many
@given(document=valid_bots())
def test_a_valid_bot_is_accepted(plane: ControlPlane, document: Document) -> None:
    answer(plane, document)


@many
@given(document=valid_sidecars())
def test_a_valid_sidecar_is_accepted(plane: ControlPlane, document: Document) -> None:
    answer(plane, document)


@many
@given(document=refused_bots())
def test_a_spoilt_bot_is_refused(plane: ControlPlane, document: Document) -> None:
    assert refusal(plane, document)


@many
@given(document=refused_sidecars())
def test_a_spoilt_sidecar_is_refused(plane: ControlPlane, document: Document) -> None:
    assert refusal(plane, document)
