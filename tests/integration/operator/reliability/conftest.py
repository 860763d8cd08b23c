"""A control plane of these stories' own: they break it in ways that others should not have to live with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cluster import ControlPlane
from tests.integration.operator.planes import OPERATOR, plane_of_its_own
from tests.integration.operator.reliability.proxy import Proxy
from tests.integration.operator.story import Story


@pytest.fixture(scope="package")
def plane() -> Iterator[ControlPlane]:
    with plane_of_its_own() as plane:
        yield plane


@pytest.fixture(scope="package")
def token(plane: ControlPlane) -> str:
    """The operator's own."""
    return plane.token_for_serviceaccount(*OPERATOR)


@pytest.fixture(scope="package")
def credentials(plane: ControlPlane) -> Path:
    """A kubeconfig of the operator's own ServiceAccount."""
    return plane.kubeconfig_for_serviceaccount(*OPERATOR)


@pytest.fixture
def proxy(plane: ControlPlane) -> Iterator[Proxy]:
    with Proxy(plane) as proxy:
        yield proxy


@pytest.fixture
def story(plane: ControlPlane) -> Story:
    """A namespace with the credentials Secret in it."""
    story = Story(plane)
    story.secret()
    return story
