"""Kinds are found by any name people use."""

import pytest

from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_kubernetes.api.discovery import Discovery, Resource, parse


def _version(version: str, *resources: dict) -> dict:
    return {"version": version, "resources": list(resources)}


def _resource(plural: str, kind: str, *short: str, verbs=("get", "list"), scope: str = "Namespaced") -> dict:
    return {
        "resource": plural,
        "singularResource": kind.lower(),
        "responseKind": {"kind": kind},
        "scope": scope,
        "verbs": list(verbs),
        "shortNames": list(short),
    }


CORE = {
    "kind": "APIGroupDiscoveryList",
    "items": [
        {
            "metadata": {},
            "versions": [
                _version(
                    "v1",
                    _resource("pods", "Pod", "po"),
                    _resource("events", "Event", "ev"),
                    _resource("nodes", "Node", "no", scope="Cluster"),
                    _resource("bindings", "Binding", verbs=("create",)),
                )
            ],
        }
    ],
}
GROUPS = {
    "kind": "APIGroupDiscoveryList",
    "items": [
        {"metadata": {"name": "events.k8s.io"}, "versions": [_version("v1", _resource("events", "Event", "ev"))]},
        {
            "metadata": {"name": "ritsuko.dev"},
            "versions": [_version("v1alpha1", _resource("ritsukobots", "RitsukoBot", "rbot"))],
        },
    ],
}


class FakeKubernetesClient:
    def __init__(self) -> None:
        self.requests = 0
        self.groups = GROUPS

    async def get(self, path: str, query=None, *, accept: str = "") -> dict:
        self.requests += 1
        return CORE if path == "/api" else self.groups


def _discovery() -> Discovery:
    return Discovery(FakeKubernetesClient())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["pods", "pod", "po", "Pod", "PODS", " pods "])
async def test_every_name_of_a_kind_finds_it(name: str) -> None:
    assert (await _discovery().resolve(name)).plural == "pods"


@pytest.mark.parametrize(
    "name", ["rbot", "ritsukobots", "RitsukoBot", "ritsukobots.ritsuko.dev", "ritsukobot.v1alpha1.ritsuko.dev"]
)
async def test_custom_resources_are_kinds_like_any_other(name: str) -> None:
    found = await _discovery().resolve(name)
    assert (found.kind, found.api_version) == ("RitsukoBot", "ritsuko.dev/v1alpha1")


async def test_a_shared_name_means_the_kind_listed_first_unless_its_group_is_given() -> None:
    assert (await _discovery().resolve("events")).group == ""
    assert (await _discovery().resolve("events.events.k8s.io")).group == "events.k8s.io"


async def test_kinds_that_cannot_be_read_are_none() -> None:
    with pytest.raises(ToolFailure, match="no kind 'bindings'"):
        await _discovery().resolve("bindings")


@pytest.mark.parametrize(
    ("name", "hint"), [("deployment", "Common ones"), ("podds", "pods"), ("evnts", "events"), ("all", "one kind")]
)
async def test_an_unknown_kind_gets_the_nearest_names_once_each(name: str, hint: str) -> None:
    with pytest.raises(ToolFailure) as refused:
        await _discovery().resolve(name)
    assert hint in refused.value.hint
    assert refused.value.hint.count("events") <= 1


async def test_a_kind_that_was_just_added_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    client = FakeKubernetesClient()
    client.groups = {"kind": "APIGroupDiscoveryList", "items": []}
    discovery = Discovery(client)  # type: ignore[arg-type]
    now = [1000.0]
    monkeypatch.setattr("ritsuko_mcp_kubernetes.api.discovery.time.monotonic", lambda: now[0])
    with pytest.raises(ToolFailure):
        await discovery.resolve("rbot")
    client.groups = GROUPS
    now[0] += 3
    assert (await discovery.resolve("rbot")).kind == "RitsukoBot"


async def test_asking_again_and_again_for_what_is_not_there_does_not_flood_the_api_server() -> None:
    client = FakeKubernetesClient()
    discovery = Discovery(client)  # type: ignore[arg-type]
    for _ in range(10):
        with pytest.raises(ToolFailure):
            await discovery.resolve("nonsense")
    assert client.requests == 2


def test_paths_follow_group_scope_and_name() -> None:
    pods, events, nodes = list(parse(CORE))[:3]
    assert pods.path(namespace="web", name="a") == "/api/v1/namespaces/web/pods/a"
    assert pods.path() == "/api/v1/pods"
    assert nodes.path(namespace="web", name="n") == "/api/v1/nodes/n"
    assert events.path(namespace="x") == "/api/v1/namespaces/x/events"
    bots = next(iter(parse(GROUPS["items"] and {"items": GROUPS["items"][1:]})))
    assert bots.path(namespace="a") == "/apis/ritsuko.dev/v1alpha1/namespaces/a/ritsukobots"


@pytest.mark.parametrize(
    "hostile", ["../../secrets", "..", ".", "a/b", "a?x=1", "a#b", "%2e%2e", "a\nb", "x" * 300, "a\x00b"]
)
def test_a_name_cannot_leave_its_place_in_the_path(hostile: str) -> None:
    pods = Resource("", "v1", "pods", "pod", "Pod", namespaced=True)
    with pytest.raises(ToolFailure, match="is not a valid name"):
        pods.path(namespace="default", name=hostile)
    with pytest.raises(ToolFailure, match="is not a valid name"):
        pods.path(namespace=hostile)
