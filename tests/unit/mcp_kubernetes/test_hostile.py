"""What somebody tries who may chat with the server and wants more of it."""

import json
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_common.calls import ContractServer
from ritsuko_mcp_common.kubernetes import Target
from ritsuko_mcp_kubernetes.api.client import KubernetesClient
from tests.unit.mcp_kubernetes.cluster_of import FakeKubernetesClient, server_of

_KUBECONFIG = """
clusters: [{{name: c, cluster: {{server: "{url}"}}}}]
users: [{{name: u, user: {{token: t}}}}]
contexts: [{{name: c, context: {{cluster: c, user: u}}}}]
"""
SPACE = {"kind": "Namespace", "metadata": {"name": "default"}}


def pod(name: str, **fields: object) -> dict:
    return {"kind": "Pod", "metadata": {"name": name, "namespace": "default"}, **fields}


@pytest.fixture
def ask(monkeypatch: pytest.MonkeyPatch):
    servers: dict[FakeKubernetesClient, ContractServer] = {}

    async def ask(client: FakeKubernetesClient, tool: str, **arguments: object):
        if client not in servers:
            servers[client] = server_of(client, monkeypatch)
        return await servers[client].call_tool(tool, arguments)

    return ask


@pytest.mark.parametrize(
    ("tool", "arguments", "selector"),
    [
        (
            "get",
            {"kind": "pod", "name": "x,metadata.namespace=kube-system"},
            "metadata.name=x\\,metadata.namespace\\=kube-system",
        ),
        (
            "events",
            {"about": "x,involvedObject.kind=Secret"},
            "involvedObject.name=x\\,involvedObject.kind\\=Secret",
        ),
        ("events", {"about": "pod/a\\b"}, "involvedObject.name=a\\\\b,involvedObject.kind=Pod"),
    ],
)
async def test_a_name_is_nothing_but_a_name_in_a_selector(
    ask, tool: str, arguments: dict[str, str], selector: str
) -> None:
    client = FakeKubernetesClient([SPACE])
    await ask(client, tool, **arguments)
    assert selector in client.selectors


@pytest.mark.parametrize("lines", [1, 2, 3])
async def test_asking_for_few_lines_does_not_cut_a_secret_from_its_name(ask, lines: int) -> None:
    log = "starting\ncredentials:\n  password: |\n    correct-horse-1\n    battery-staple-2\ndone\n"
    client = FakeKubernetesClient([SPACE, pod("web", spec={"containers": [{"name": "app"}]})], log=log)
    answer = await ask(client, "logs", name="web", lines=lines)
    assert "done" in answer.structured_content["data"]
    assert len(answer.structured_content["data"].splitlines()) <= lines
    assert "horse" not in json.dumps(answer.structured_content)
    assert "staple" not in json.dumps(answer.structured_content)


async def test_marks_do_not_tell_which_guess_is_the_secret(ask) -> None:
    config = {"kind": "ConfigMap", "metadata": {"name": "c", "namespace": "default"}, "data": {"password": "hunter-22"}}
    client = FakeKubernetesClient([SPACE, config])
    shown = await ask(client, "get", kind="configmap", name="c", output="json")
    mark = json.loads(shown.structured_content["data"])["data"]["password"]
    assert mark == "[redacted-value]"
    for arguments in ({"kind": "pods", "labels": "password={}"}, {"kind": "pod", "name": "password={}"}):
        echoes = set[str]()
        for guess in ("hunter-22", "hunter-23"):
            guessed = {name: text.format(guess) for name, text in arguments.items()}
            echoes.add((await ask(client, "get", **guessed)).content[0].text)
        assert len(echoes) == 1


@pytest.mark.parametrize("since", ["999999999999999999", "999999999999y", "1000000d"])
@pytest.mark.parametrize(("tool", "arguments"), [("events", {}), ("logs", {"name": "web"})])
async def test_a_time_beyond_all_calendars_is_a_mistake_of_the_caller(
    ask, tool: str, arguments: dict, since: str
) -> None:
    client = FakeKubernetesClient([SPACE, pod("web", spec={"containers": [{"name": "app"}]})])
    answer = await ask(client, tool, since=since, **arguments)
    assert answer.is_error
    assert "longer than a century" in answer.content[0].text


async def test_an_object_nested_beyond_measure_is_named_as_the_reason(tmp_path: Path) -> None:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(text='{"spec":' * 900 + "1" + "}" * 900)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server:
        (tmp_path / "config").write_text(_KUBECONFIG.format(url=server.make_url("/")))
        client = KubernetesClient(
            Target("c", "default", kubeconfig=str(tmp_path / "config"), context="c"), max_response_bytes=100_000
        )
        with pytest.raises(ToolFailure, match="nested too deeply"):
            await client.get("/api/v1/pods")
        await client.aclose()


async def test_whole_objects_come_a_hundred_at_a_time(ask) -> None:
    class Counting(FakeKubernetesClient):
        most = 0

        async def get(self, path, query=None, **how):
            self.most = max(self.most, int((query or {}).get("limit", 0)))
            return await super().get(path, query, **how)

    client = Counting([SPACE, pod("web")])
    assert not (await ask(client, "get", kind="pods", output="json", limit=1000)).is_error
    assert client.most == 100


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [("describe", {}), ("relations", {}), ("get", {"output": "yaml"}), ("get", {"output": "json"})],
)
async def test_any_json_may_be_in_a_custom_resource(ask, tool: str, arguments: dict) -> None:
    statuses = [None, "all well", 7, [], ["x"], {"conditions": "none"}, {"conditions": [None, 3]}]
    specs = [None, "x", [1], {"selector": 5}, {"template": []}]
    odd = [{"kind": "PersistentVolumeClaim", "spec": spec, "status": status} for status in statuses for spec in specs]
    named = [{**each, "metadata": {"name": f"odd-{n}", "namespace": "default"}} for n, each in enumerate(odd)]
    client = FakeKubernetesClient([SPACE, *named])
    for each in named:
        name = each["metadata"]["name"]
        answer = await ask(client, tool, kind="persistentvolumeclaim", name=name, **arguments)
        assert not answer.is_error, (each, answer.content[0].text)
