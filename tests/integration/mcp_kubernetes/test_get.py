"""`get`, over HTTP, against a real API server."""

import json

import pytest

from tests.cluster import ControlPlane
from tests.integration.mcp_kubernetes.server import Server, running

pytestmark = [pytest.mark.controlplane, pytest.mark.asyncio(loop_scope="session")]
BOTH = pytest.mark.parametrize("mode", ["2026-07-28", "legacy"])
PLANTED = "planted-in-"


def _kubectl_table(plane: ControlPlane, *arguments: str) -> list[list[str]]:
    """What kubectl prints, as cells; ages aside, which pass between the two calls."""
    return [line.split() for line in plane.kubectl("get", *arguments).splitlines()]


@BOTH
async def test_pods_come_with_the_columns_and_rows_that_kubectl_prints(
    server: Server, shop: ControlPlane, mode: str
) -> None:
    result = await server.call("get", mode=mode, kind="pods", namespace="shop")
    assert not result.is_error
    rows = result.structured_content["data"]
    header, *lines = _kubectl_table(shop, "pods", "-n", "shop")
    assert list(rows[0]) == header
    assert [[row[column] for column in header[:4]] for row in rows] == [line[:4] for line in lines]
    assert result.structured_content["untrusted"] is True
    assert lines[0][0] in result.content[0].text


async def test_wide_adds_the_columns_of_kubectl_wide(server: Server, shop: ControlPlane) -> None:
    result = await server.call("get", kind="po", namespace="shop", output="wide")
    printed = shop.kubectl("get", "pods", "-n", "shop", "-o", "wide").splitlines()[0]
    assert [" ".join(column.split()) for column in printed.split("   ") if column.strip()] == [
        *result.structured_content["data"][0]
    ]


@pytest.mark.parametrize("kind", ["widgets", "widget", "wdg", "Widget", "widgets.shop.example.com"])
async def test_custom_resources_by_any_name_and_why_there_are_none(server: Server, kind: str) -> None:
    result = await server.call("get", kind=kind, namespace="shop")
    assert not result.is_error
    assert result.structured_content["summary"] == "No widgets in namespace shop."


async def test_one_object_by_name_or_with_a_slash(server: Server) -> None:
    by_name = await server.call("get", kind="pod", name="cart-1", namespace="shop")
    with_slash = await server.call("get", kind="pod/cart-1", namespace="shop")
    assert [row["NAME"] for row in by_name.structured_content["data"]] == ["cart-1"]
    assert with_slash.structured_content["data"][0]["NAME"] == "cart-1"


async def test_all_namespaces_say_which(server: Server) -> None:
    result = await server.call("get", kind="deploy", all_namespaces=True, fields="metadata.name=web")
    assert ("shop", "web") in [(row["NAMESPACE"], row["NAME"]) for row in result.structured_content["data"]]


async def test_selectors_select(server: Server) -> None:
    by_label = await server.call("get", kind="pods", namespace="shop", labels="app=cart")
    by_field = await server.call("get", kind="pods", namespace="shop", fields="metadata.name=cart-1")
    assert [row["NAME"] for row in by_label.structured_content["data"]] == ["cart-1"]
    assert [row["NAME"] for row in by_field.structured_content["data"]] == ["cart-1"]


@pytest.mark.parametrize("sort", ["", "-name", ".spec.schedulerName"])
async def test_pages_make_up_the_whole_list_once(server: Server, shop: ControlPlane, sort: str) -> None:
    seen: list[str] = []
    cursor = ""
    for _ in range(10):
        result = await server.call("get", kind="pods", namespace="shop", limit=2, cursor=cursor, sort=sort)
        answer = result.structured_content
        assert answer["total"] == 6
        seen += [row["NAME"] for row in answer["data"]]
        cursor = answer.get("next_cursor", "")
        assert answer["truncated"] is bool(cursor)
        if not cursor:
            break
    everything = shop.kubectl("get", "pods", "-n", "shop", "-o", "name").replace("pod/", "").split()
    assert sorted(seen) == sorted(everything)
    if sort == "-name":
        assert seen == sorted(seen, reverse=True)


async def test_a_page_cut_by_the_budget_goes_on_where_it_was_cut(shop: ControlPlane, tmp_path) -> None:
    seen: list[str] = []
    cursor, pages = "", 0
    async with running(shop.kubeconfig, tmp_path / "log", MCP_OUTPUT_BUDGET="2000") as small, small.client() as client:
        while True:
            result = await client.call_tool("get", {"kind": "clusterroles", "cursor": cursor})
            assert len(result.content[0].text.encode()) <= 2000
            answer = result.structured_content
            seen += [row["NAME"] for row in answer["data"]]
            pages += 1
            cursor = answer.get("next_cursor", "")
            if not cursor:
                break
    assert pages > 2
    assert (
        seen
        == shop.kubectl("get", "clusterroles", "-o", "name")
        .replace("clusterrole.rbac.authorization.k8s.io/", "")
        .split()
    )


@pytest.mark.parametrize("kind", ["pods", "secrets", "configmaps", "deployments", "replicasets"])
@pytest.mark.parametrize("output", ["table", "wide", "yaml", "json"])
async def test_no_secret_comes_out_in_any_form(server: Server, kind: str, output: str) -> None:
    result = await server.call("get", kind=kind, namespace="shop", output=output)
    assert not result.is_error
    everything = result.model_dump_json()
    assert PLANTED not in everything
    assert "cGxhbnRlZC1pbi" not in everything  # the same, base64


async def test_yaml_is_the_object_without_its_secrets_and_says_so(server: Server) -> None:
    result = await server.call("get", kind="secret", name="database", namespace="shop", output="yaml")
    text = result.structured_content["data"]
    assert text.startswith("apiVersion: v1\nkind: Secret\n")
    assert "anything: '[redacted-secret]'" in text
    assert any("redacted" in warning for warning in result.structured_content["warnings"])
    assert "managedFields" not in text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"kind": "podz"}, ["no kind 'podz'", "Did you mean pods"]),
        ({"kind": "pods", "name": "cart1", "namespace": "shop"}, ["no pod 'cart1' in namespace shop", "cart-1"]),
        ({"kind": "pods", "name": "cart-1", "namespace": "default"}, ["in namespace default", "in namespace shop"]),
        ({"kind": "pods", "namespace": "shoop"}, ["no namespace 'shoop'", "Did you mean", "shop"]),
        (
            {"kind": "pods", "namespace": "shop", "labels": "app in ("},
            ["rejected the request (400)", "unable to parse"],
        ),
        ({"kind": "pods", "namespace": "shop", "fields": "spec.nope=1"}, ["rejected the request (400)", "field label"]),
        ({"kind": "pods", "namespace": "shop", "sort": "restart"}, ["no column 'restart'", "restarts"]),
        ({"kind": "secrets", "namespace": "shop", "sort": ".data.anything"}, ["value to sort by", "hidden"]),
        ({"kind": "pods", "namespace": "shop", "limit": -1}, ["limit", "greater than or equal to 1"]),
        ({"kind": "pods", "namespace": "shop", "cursor": "x" * 50}, ["the cursor is not valid"]),
        ({"kind": "pods", "name": "../../secrets"}, ["is not a valid name of a pod"]),
        ({"kind": "pods", "namespace": "a/b"}, ["is not a valid name of a namespace"]),
        ({"kind": "pods,services"}, ["more than one kind"]),
        ({"kind": "pods", "name": "a", "labels": "b"}, ["name already selects one object"]),
        ({"kind": "pods", "namespace": "a", "all_namespaces": True}, ["mutually exclusive"]),
        ({"kind": "pods", "output": "xml"}, ["output", "'table'"]),
        ({"kind": "p" * 100_000}, ["100000 characters"]),
    ],
)
async def test_a_mistake_is_told_with_what_to_do(server: Server, arguments: dict, told: list[str]) -> None:
    result = await server.call("get", **arguments)
    assert result.is_error
    for words in told:
        assert words in result.content[0].text


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ({"kind": "pods", "namespace": "kube-public"}, ["No pods in namespace kube-public", "in other namespaces"]),
        (
            {"kind": "pods", "namespace": "shop", "labels": "app=nope"},
            ["with labels app=nope", "Without the selector there are 6"],
        ),
    ],
)
async def test_an_empty_list_says_why(server: Server, arguments: dict, told: list[str]) -> None:
    result = await server.call("get", **arguments)
    assert not result.is_error
    assert result.structured_content["data"] == []
    for words in told:
        assert words in result.content[0].text


async def test_the_whole_tool_list_stays_small(server: Server) -> None:
    async with server.client() as client:
        tools = (await client.list_tools()).tools
    assert len(tools) <= 12
    assert all("context" not in tool.input_schema["properties"] for tool in tools), "there is one cluster"
    assert list(tools[0].input_schema["properties"])[:3] == ["kind", "name", "namespace"]
    # The output schema is the same for every tool, and clients do not show it to a model.
    written = json.dumps([tool.model_dump(mode="json", exclude_none=True, exclude={"output_schema"}) for tool in tools])
    assert len(written) / 4 < 4_000  # about four characters a token
