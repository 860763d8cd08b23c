"""Bad input at every edge: a clear message, and what worked goes on working."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.cluster import Cluster
from tests.demo.conversation import Conversation
from tests.demo.stage import BOT, NAMESPACE, OPERATOR_NAMESPACE, apply, get, secret
from tests.e2e import seen
from tests.zulip import ZulipEmulator

pytestmark = [pytest.mark.node, pytest.mark.prometheus]


@contextmanager
def another_bot(cluster: Cluster, name: str, **spec: object) -> Iterator[str]:
    """A bot without servers beside the sample one, for as long as the block lasts."""
    metadata = {"name": name, "namespace": NAMESPACE}
    spec = {"zulip": {"credentialsSecret": {"name": f"{name}-zulip"}}, "rbac": {"scope": "None"}, **spec}
    apply(cluster, {"apiVersion": "ritsuko.dev/v1alpha1", "kind": "RitsukoBot", "metadata": metadata, "spec": spec})
    try:
        yield name
    finally:
        cluster.kubectl("-n", NAMESPACE, "delete", "ritsukobot", name)


def zulip_condition(cluster: Cluster, bot: str, *, says: str) -> dict[str, str]:
    def told() -> dict[str, str] | None:
        found = seen.condition(cluster, "ZulipConnected", bot)
        return found if found.get("status") == "False" and says in found["message"] else None

    return seen.eventually(told, seconds=90, what=f"ZulipConnected is False and says {says!r}")


def test_a_missing_secret_is_named_and_when_it_comes_the_bot_starts(cluster: Cluster, emulator: ZulipEmulator) -> None:
    with another_bot(cluster, "newcomer"):
        zulip_condition(cluster, "newcomer", says="newcomer-zulip")
        site = f"http://{cluster.host_address}:{emulator.port}"
        apply(cluster, secret("newcomer-zulip", emulator.credentials("otherbot") | {"ZULIP_SITE": site}))
        seen.eventually(lambda: seen.is_ready(cluster, "newcomer"), seconds=120, what="it is Ready with its Secret")


def test_an_unreachable_zulip_is_told_and_tried_for_ever(cluster: Cluster, emulator: ZulipEmulator) -> None:
    apply(cluster, secret("far-zulip", emulator.credentials() | {"ZULIP_SITE": "http://127.0.0.1:1"}))
    with another_bot(cluster, "far"):
        zulip_condition(cluster, "far", says="127.0.0.1:1")
        assert not seen.is_ready(cluster, "far")
        restarts = [s["restartCount"] for pod in seen.pods(cluster, "far") for s in pod["status"]["containerStatuses"]]
        assert restarts == [0]


def test_wrong_credentials_are_told(cluster: Cluster, emulator: ZulipEmulator) -> None:
    site = f"http://{cluster.host_address}:{emulator.port}"
    wrong = {"ZULIP_EMAIL": "ritsuko-bot@zulipdev.com", "ZULIP_API_KEY": "not-the-key", "ZULIP_SITE": site}
    apply(cluster, secret("stranger-zulip", wrong))
    with another_bot(cluster, "stranger"):
        told = zulip_condition(cluster, "stranger", says="ZULIP_API_KEY")
        assert "not-the-key" not in told["message"]


def test_a_mounted_file_cut_in_half_is_refused_and_the_servers_stay(cluster: Cluster, hamlet: Conversation) -> None:
    """The operator would repair the file at once, so it sleeps meanwhile, and mends it when it is back."""
    scale = ("-n", OPERATOR_NAMESPACE, "scale", "deployment/ritsuko-operator")
    cluster.kubectl(*scale, "--replicas=0")
    cluster.kubectl(
        "-n", OPERATOR_NAMESPACE, "wait", "--for=delete", "pod", "-l", "app.kubernetes.io/name=ritsuko-operator"
    )
    try:
        whole = get(cluster, "configmap", f"{BOT}-mcp")["data"]["mcp.json"]
        half = {"data": {"mcp.json": whole[: len(whole) // 2]}}
        path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/{BOT}-mcp"
        cluster.api.request("PATCH", path, half, content_type="application/merge-patch+json")
        for pod in seen.pod_names(cluster):
            cluster.kubectl("-n", NAMESPACE, "annotate", "--overwrite", "pod", pod, "ritsuko.dev/config-revision=half")
        seen.eventually(
            lambda: "JSON" in seen.status(cluster)["runtime"].get("configError", ""),
            seconds=120,
            what="the bot reports that the file is not valid JSON",
        )
        hamlet.answer_to(hamlet.say("mcp kubernetes get pods"), holds="checkout")
    finally:
        cluster.kubectl(*scale, "--replicas=1")
    seen.eventually(
        lambda: "configError" not in seen.status(cluster)["runtime"], seconds=120, what="the operator mended the file"
    )
    seen.eventually(lambda: seen.is_ready(cluster), seconds=60, what="the bot is Ready")
