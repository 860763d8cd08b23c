"""What really reaches the API server, as its own audit log tells: who asked, and that nothing hostile became a path."""

import json
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import pytest
import pytest_asyncio

from ritsuko_api.identity import META_KEY, User, sign
from tests.cluster.cluster import clear_abandoned
from tests.cluster.folders import owned
from tests.integration.mcp_kubernetes.server import TOKEN, Server, running
from tests.integration.operator.eventually import eventually
from tests.load.audit import AuditedPlane

pytestmark = [pytest.mark.controlplane, pytest.mark.asyncio(loop_scope="module")]

_AGENT = "ritsuko-mcp-kubernetes"
_MEGABYTE = "x" * 1_000_000
_NAMES = [
    "../../secrets/x",
    "..",
    "a/b",
    "a%2fb",
    "a\nb",
    "a?watch=true",
    "a#b",
    "a b",
    "web,metadata.name!=x",
    _MEGABYTE,
]


class Witness(AuditedPlane):
    """A control plane that notes every request, and of whom it is."""

    policy: ClassVar[dict[str, Any]] = {
        "apiVersion": "audit.k8s.io/v1",
        "kind": "Policy",
        "omitStages": ["RequestReceived"],
        "rules": [{"level": "Metadata"}],
    }

    def requests(self) -> list[dict[str, Any]]:
        """Those of the server under test."""
        told = [json.loads(line) for line in self.audit_log.read_text().splitlines() if line.endswith("}")]
        return [each for each in told if each.get("userAgent", "").startswith(_AGENT)]


@pytest.fixture(scope="module")
def witness() -> Iterator[Witness]:
    clear_abandoned()
    with Witness(owned()) as plane:
        yield plane


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(witness: Witness, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running(witness.kubeconfig, tmp_path_factory.mktemp("server") / "log") as server:
        yield server


async def test_the_audit_log_names_the_people_who_asked(witness: Witness, tmp_path: Path) -> None:
    people = [User("1", "anna@example.com"), User("2", "ben@example.com", role="moderator")]
    async with (
        running(witness.kubeconfig, tmp_path / "log", RITSUKO_IMPERSONATION="true") as server,
        server.client() as client,
    ):
        for person in people:
            meta = {META_KEY: sign(TOKEN, user=person, server="kubernetes", now=time.time())}
            arguments = {"kind": "pods", "namespace": "default"}
            await client.call_tool("get", arguments, meta=meta)  # pyright: ignore[reportArgumentType]

    def told() -> set[tuple[str, str]]:
        return {
            (request["impersonatedUser"]["username"], group)
            for request in witness.requests()
            if request["requestURI"].startswith("/api/v1/namespaces/default/pods") and "impersonatedUser" in request
            for group in request["impersonatedUser"]["groups"]
        }

    wanted = {
        ("zulip:anna@example.com", "zulip:role:member"),
        ("zulip:ben@example.com", "zulip:role:moderator"),
    }
    eventually(lambda: wanted <= told(), what="both are in the audit log", within=20)


CALLS: dict[str, dict[str, Any]] = {
    "get": {"kind": "pods"},
    "describe": {"kind": "pod"},
    "diagnose": {"kind": "pod"},
    "relations": {"kind": "pod"},
    "rollout": {"kind": "deployment"},
    "logs": {},
    "events": {},
    "can_i": {"verb": "get", "kind": "pods"},
}


@pytest.mark.parametrize("tool", CALLS)
async def test_no_name_or_namespace_becomes_another_path(witness: Witness, server: Server, tool: str) -> None:
    """Each gets a clear error (or, where it is only a question of rights, an answer), and no path but a plain one."""
    seen = len(witness.requests())
    for hostile in _NAMES:
        for field in ("about" if tool == "events" else "name", "namespace"):
            arguments = {"name": "web", **CALLS[tool]} if field == "namespace" and tool != "events" else CALLS[tool]
            answer = await server.call(tool, **{**arguments, field: hostile})
            text = answer.content[0].text
            assert "failed unexpectedly" not in text, (field, hostile[:40], text)
            assert len(text) < 3_000
            if tool not in ("can_i", "events"):  # there a name is only asked about, and never part of a path
                assert answer.is_error, (field, hostile[:40], text)
    await server.call("get", kind="nodes", name=f"end-of-{tool.replace('_', '-')}")
    eventually(
        lambda: any(f"end-of-{tool.replace('_', '-')}" in each["requestURI"] for each in witness.requests()[seen:]),
        what="the log is written",
        within=20,
    )
    for request in witness.requests()[seen:]:
        path = urlsplit(request["requestURI"]).path
        assert unquote(path).count("/") == path.count("/"), path
        assert ".." not in unquote(path).split("/"), path
        assert "/secrets" not in path
        assert "\n" not in unquote(path), path
        assert request["verb"] in ("get", "list") or path.endswith("/selfsubjectaccessreviews"), request


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("get", {"kind": "pods", "limit": -1}),
        ("get", {"kind": "pods", "limit": 10**9}),
        ("get", {"kind": "pods", "labels": "a=b,,,"}),
        ("get", {"kind": "pods", "fields": "nothing.like=this"}),
        ("get", {"kind": "pods", "cursor": "from-elsewhere"}),
        ("get", {"kind": "pods", "cursor": _MEGABYTE}),
        ("get", {"kind": _MEGABYTE}),
        ("get", {"kind": "pods,secrets"}),
        ("get", {"kind": "pods", "sort": "no-such-column", "namespace": "kube-system"}),
        ("events", {"since": "yesterday"}),
        ("events", {"since": "-1h"}),
        ("events", {"limit": 0}),
        ("logs", {"name": "pod/x", "lines": -5}),
        ("logs", {"name": "pod/x", "lines": 10**9}),
        ("top", {"of": "secrets"}),
        ("top", {"limit": -1}),
        ("can_i", {"verb": "impersonate", "kind": "users"}),
        ("problems", {"namespace": "no-such-namespace"}),
        ("nodes", {"context": "elsewhere"}),
    ],
)
async def test_wrong_values_are_named(server: Server, tool: str, arguments: dict[str, Any]) -> None:
    answer = await server.call(tool, **arguments)
    text = answer.content[0].text
    if tool == "get" and "sort" in arguments:
        assert "failed unexpectedly" not in text  # an empty list has no columns to sort by
        return
    assert answer.is_error, text
    assert "failed unexpectedly" not in text
    assert len(text) < 3_000


async def test_a_cursor_of_another_question_is_refused(witness: Witness, server: Server) -> None:
    witness.kubectl("create", "namespace", "paged")
    for number in range(3):
        witness.kubectl("create", "configmap", f"map-{number}", "-n", "paged")
    first = await server.call("get", kind="configmaps", namespace="paged", limit=1)
    cursor = first.structured_content["next_cursor"]
    assert not (await server.call("get", kind="configmaps", namespace="paged", limit=1, cursor=cursor)).is_error
    for other in ({"kind": "secrets", "namespace": "paged"}, {"kind": "configmaps", "namespace": "default"}):
        answer = await server.call("get", limit=1, cursor=cursor, **other)
        assert answer.is_error
        assert "cursor" in answer.content[0].text
