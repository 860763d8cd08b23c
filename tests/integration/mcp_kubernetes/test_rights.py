"""Who may see what: rights asked for, and people whom the cluster knows by their own names."""

import json
import time
from pathlib import Path

import pytest

from ritsuko_api.identity import META_KEY, User, sign
from tests.cluster import ControlPlane
from tests.integration.mcp_kubernetes.server import TOKEN, Server, running

pytestmark = [pytest.mark.controlplane, pytest.mark.asyncio(loop_scope="session")]

_READERS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: pod-reader, namespace: shop}
rules: [{apiGroups: [""], resources: [pods], verbs: [get, list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: anna-reads, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: pod-reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: User, name: "zulip:anna@example.com"}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: moderators-read, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: pod-reader}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "zulip:role:moderator"}]
"""


async def ask(server: Server, user: User | None, tool: str, **arguments: object):
    meta = {}
    if user is not None:
        meta = {META_KEY: sign(TOKEN, user=user, server="kubernetes", now=time.time())}
    async with server.client() as client:
        return await client.call_tool(tool, arguments, meta=meta)


async def test_each_person_sees_what_the_clusters_own_rules_let_them_see(shop: ControlPlane, tmp_path: Path) -> None:
    shop.kubectl("apply", "-f", "-", input=_READERS)
    anna = User("1", "anna@example.com")
    ben = User("2", "ben@example.com")
    mod = User("3", "mo@example.com", role="moderator")
    async with running(shop.kubeconfig, tmp_path / "log", RITSUKO_IMPERSONATION="true") as server:
        assert not (await ask(server, anna, "get", kind="pods", namespace="shop")).is_error
        assert not (await ask(server, mod, "get", kind="pods", namespace="shop")).is_error
        refused = await ask(server, ben, "get", kind="pods", namespace="shop")
        may = await ask(server, anna, "can_i", verb="list", kind="pods", namespace="shop")
        may_not = await ask(server, ben, "can_i", verb="list", kind="pods", namespace="shop")
        nobody = await ask(server, None, "get", kind="pods", namespace="shop")
        assert (await server.health())["backend"]["reachable"] is True
    assert refused.is_error
    assert "zulip:ben@example.com needs a Role in namespace shop" in refused.content[0].text
    assert may.structured_content["data"]["allowed"] is True
    assert may.structured_content["summary"].startswith("Yes: zulip:anna@example.com may list pods")
    assert may_not.structured_content["data"]["allowed"] is False
    assert nobody.is_error
    assert "does not identify one" in nobody.content[0].text
    calls = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert {call["user"] for call in calls if call.get("event") == "call"} >= {"1 anna@example.com", "anonymous"}


async def test_a_subresource_and_one_that_is_not_allowed(shop: ControlPlane, tmp_path: Path) -> None:
    kubeconfig = shop.kubeconfig_for_serviceaccount("shop", "narrow")
    async with running(kubeconfig, tmp_path / "log") as narrow:
        listing = await narrow.call("can_i", verb="list", kind="pods", namespace="shop")
        running_commands = await narrow.call("can_i", verb="create", kind="pods/exec", namespace="shop")
    assert listing.structured_content["summary"] == "Yes: this server may list pods in namespace shop."
    assert (
        running_commands.structured_content["summary"] == "No: this server may not create pods/exec in namespace shop."
    )
