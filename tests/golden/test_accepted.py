"""A real apiserver takes everything that is rendered, and gives it back as it was."""

import json
from typing import Any

import pytest

from ritsuko_operator.reconcile.compare import covers
from ritsuko_operator.render import RenderError
from tests.cluster.plane import ControlPlane
from tests.golden.golden import Case, cases

# Of these the apiserver knows nothing unless the Prometheus operator is installed.
NOT_INSTALLED = "monitoring.coreos.com/v1"
# It has characters that an apply patch, being YAML, may only have escaped. The operator escapes them, kubectl does not.
SENT_BARE = "awkward"


@pytest.fixture(scope="module")
def namespaced(plane: ControlPlane) -> ControlPlane:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "ops"}}
    plane.kubectl("apply", "--server-side", "-f-", input=json.dumps(namespace))
    return plane


@pytest.mark.controlplane
@pytest.mark.parametrize("case", [case for case in cases() if case.name != SENT_BARE], ids=lambda case: case.name)
def test_the_apiserver_takes_what_is_rendered_and_keeps_every_word(namespaced: ControlPlane, case: Case) -> None:
    for wanted, live in zip(rendered(case), applied(namespaced, rendered(case)), strict=True):
        assert live["kind"] == wanted["kind"]
        # else the operator would find a difference each time it looks, and write for ever
        assert covers(live, wanted), f"the apiserver made of {json.dumps(wanted)}\n{json.dumps(live)}"


def rendered(case: Case) -> list[dict[str, Any]]:
    try:
        return [manifest for manifest in case.manifests() if manifest["apiVersion"] != NOT_INSTALLED]
    except RenderError:
        return []


def applied(plane: ControlPlane, manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The objects as the apiserver would store them; it refuses a field that it does not know."""
    if not manifests:
        return []
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": manifests})
    options = ("--server-side", "--dry-run=server", "--validate=strict", "-ojson", "-f-")
    printed = json.loads(plane.kubectl("apply", *options, input=listed))
    return printed["items"] if printed["kind"] == "List" else [printed]
