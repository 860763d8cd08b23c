"""A real apiserver takes the resources that the documents show, without a warning about an unknown field."""

from pathlib import Path

import pytest
import yaml

from tests.cluster import ControlPlane
from tests.unit.docs.examples import documents_with_resources, name, resources

pytestmark = pytest.mark.controlplane


@pytest.mark.parametrize("path", documents_with_resources(), ids=name)
def test_the_apiserver_takes_them(plane: ControlPlane, path: Path) -> None:
    for resource in resources(path):
        plane.kubectl("create", "--dry-run=server", "--validate=strict", "-f", "-", input=yaml.safe_dump(resource))
