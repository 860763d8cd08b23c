"""`kubectl explain` and `kubectl get` against a real apiserver: what people see of the API without reading its docs."""

import re
import time
from collections.abc import Iterator

import pytest

from tests.cluster import ClusterError, ControlPlane
from tests.integration.crds.asking import PLURALS
from tests.specs.crd import Document, Schema, document, schema_of
from tests.specs.rules import BOT, LOGS

pytestmark = pytest.mark.controlplane


@pytest.fixture
def namespace(plane: ControlPlane) -> Iterator[str]:
    """A namespace in which resources may be stored; they are gone afterwards."""
    name = "shown"
    if name not in plane.kubectl("get", "namespaces", "-o", "name"):
        plane.kubectl("create", "namespace", name)
    yield name
    plane.kubectl("delete", "ritsuko", "--all", "-n", name)


@pytest.mark.parametrize("kind", ["RitsukoBot", "McpSidecar"])
def test_kubectl_explain_knows_every_field(plane: ControlPlane, kind: str) -> None:
    explained = set(_paths(_explained(plane, kind.lower(), "--recursive")))
    for section in ("spec", "status"):
        assert set(_fields(schema_of(kind)["properties"][section], section)) <= explained


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("ritsukobot.spec.access.rules.effect", "RequireApproval: it runs after somebody else approves it"),
        ("ritsukobot.spec.podTemplate", "strategic merge patch"),
        ("ritsukobot.spec.podTemplate.spec.hostAliases", "hosts file"),
        ("ritsukobot.spec.networkPolicy.egress.to.ipBlock.cidr", "192.168.1.0/24"),
        ("mcpsidecar.spec.transport", "the operator adds a bridge"),
        ("mcpsidecar.spec.tools.aliases", "Aliases, each for a tool"),
        ("mcpsidecar.spec.headers.valueFrom.secretKeyRef", "Bearer 1234"),
    ],
)
def test_kubectl_explain_tells_what_a_field_does(plane: ControlPlane, path: str, says: str) -> None:
    assert says in " ".join(_explained(plane, path).split())


CONDITION = {"lastTransitionTime": "2026-11-24T10:00:00Z", "observedGeneration": 1}
READY = {"type": "Ready", "status": "False", "reason": "SidecarsNotReady", "message": "logs: image pull failed"}


def test_kubectl_get_answers_whether_a_bot_works(plane: ControlPlane, namespace: str) -> None:
    zulip = {"type": "ZulipConnected", "status": "True", "reason": "Connected", "message": ""}
    stalled = {"type": "Reconciling", "status": "False", "reason": "Stalled", "message": ""}
    status = {
        "conditions": [READY | CONDITION, stalled | CONDITION, zulip | CONDITION],
        "sidecarsReady": "2/3",
        "version": "0.1.0",
        "configRevision": "3e25960a79db",
    }
    _stored(plane, namespace, document("RitsukoBot", BOT, name="ops"), status)
    row = _row(plane, namespace, "ritsukobots")
    assert row.pop("AGE")
    assert row == {
        "NAME": "ops",
        "READY": "False",
        "REASON": "SidecarsNotReady",
        "CHANGE": "Stalled",
        "SIDECARS": "2/3",
        "ZULIP": "True",
        "VERSION": "0.1.0",
    }
    wide = _row(plane, namespace, "ritsukobots", "-o", "wide")
    assert (wide["REVISION"], wide["MESSAGE"]) == ("3e25960a79db", "logs: image pull failed")


def test_kubectl_get_answers_whether_a_server_works(plane: ControlPlane, namespace: str) -> None:
    accepted = {"type": "Accepted", "status": "True", "reason": "Accepted", "message": ""}
    status = {
        "conditions": [READY | CONDITION, accepted | CONDITION],
        "bots": ["dev", "ops"],
        "botNames": "dev, ops",
        "serverInfo": {"name": "ritsuko-logs", "version": "0.1.0"},
        "tools": ["search", "tail"],
        "toolCount": 2,
    }
    _stored(plane, namespace, document("McpSidecar", LOGS, name="logs"), status)
    row = _row(plane, namespace, "mcpsidecars")
    assert row.pop("AGE")
    assert row == {
        "NAME": "logs",
        "BOT": "dev, ops",
        "ACCEPTED": "True",
        "READY": "False",
        "REASON": "SidecarsNotReady",
        "SERVER": "0.1.0",
        "TOOLS": "2",
    }
    wide = _row(plane, namespace, "mcpsidecars", "-o", "wide")
    assert (wide["IMPLEMENTATION"], wide["MESSAGE"]) == ("ritsuko-logs", "logs: image pull failed")


def _stored(plane: ControlPlane, namespace: str, resource: Document, status: Document) -> None:
    """Stores a resource, and the status that the operator would write."""
    path = f"/apis/ritsuko.dev/v1alpha1/namespaces/{namespace}/{PLURALS[resource['kind']]}"
    plane.api.request("POST", path, resource)
    whole = f"{path}/{resource['metadata']['name']}/status"
    plane.api.request("PATCH", whole, {"status": status}, content_type="application/merge-patch+json")


def _row(plane: ControlPlane, namespace: str, *what: str) -> dict[str, str]:
    """The one line that `kubectl get` prints, by column."""
    head, line = plane.kubectl("get", *what, "-n", namespace).splitlines()
    starts = [match.start() for match in re.finditer(r"\S+", head)]
    spans = list(zip(starts, [*starts[1:], None], strict=True))
    return {head[start:end].strip(): line[start:end].strip() for start, end in spans}


def _explained(plane: ControlPlane, *what: str) -> str:
    """What `kubectl explain` prints. The apiserver describes a new kind a moment after it serves it."""
    deadline = time.monotonic() + 60
    while True:
        try:
            return plane.kubectl("explain", *what)
        except ClusterError as error:
            if "couldn't find resource" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def _fields(schema: Schema, path: str) -> Iterator[str]:
    for name, child in schema.get("properties", {}).items():
        yield f"{path}.{name}"
        yield from _fields(child, f"{path}.{name}")
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from _fields(inner, path)


def _paths(explanation: str) -> Iterator[str]:
    """The fields in the indented list that `kubectl explain --recursive` prints."""
    path: list[str] = []
    for line in explanation.partition("FIELDS:\n")[2].splitlines():
        name = line.split("\t")[0]
        if "\t" in line and name.strip():
            depth = (len(name) - len(name.lstrip(" "))) // 2
            path[depth - 1 :] = [name.strip()]
            yield ".".join(path)
