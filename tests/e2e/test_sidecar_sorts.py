"""Servers of every other sort: behind the bridge, native, optional, far away; and tokens that are replaced."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cluster import Cluster, third_party_image
from tests.demo.conversation import Conversation
from tests.demo.stage import NAMESPACE, apply, config_map, get, secret
from tests.e2e import seen
from tests.e2e.remote_server import HEADER, remote_server
from tests.e2e.test_changes import KUBECONFIG, ready_without, settled, sidecar
from tests.zulip import ZulipEmulator

pytestmark = [pytest.mark.node, pytest.mark.prometheus]
__all__ = ["settled"]

_ASKERS = 4


def delete(cluster: Cluster, *names: str) -> None:
    cluster.kubectl("-n", NAMESPACE, "delete", "mcpsidecar", *names)
    for name in names:
        seen.eventually(lambda name=name: ready_without(cluster, name), seconds=120, what=f"{name} is gone")


@pytest.mark.npm
def test_a_stdio_server_a_native_one_and_a_broken_optional_one(cluster: Cluster, hamlet: Conversation) -> None:
    """A third party's program on stdio behind the bridge; a server of ours as a native sidecar; and one whose image
    does not exist, which holds nobody up."""
    image = third_party_image()
    cluster.load(image)
    apply(
        cluster,
        config_map("cluster-kubeconfig", {"config": KUBECONFIG}),
        sidecar(
            "cluster",
            image=image.name,
            transport="Stdio",
            command=["/server", "--read-only", "--kubeconfig", "/etc/cluster/config"],
            port=8085,
            volumes=[{"name": "kubeconfig", "configMap": {"name": "cluster-kubeconfig"}}],
            volumeMounts=[{"name": "kubeconfig", "mountPath": "/etc/cluster", "readOnly": True}],
            mountServiceAccountToken=True,
        ),
        sidecar("older", server="logs", port=8086, portName="mcp-older", native=True),
        sidecar("maybe", image="registry.invalid/no/such-image:1", port=9001, optional=True),
    )
    try:
        seen.eventually(lambda: "pods_list" in seen.tools(cluster, "cluster"), seconds=180, what="stdio has tools")
        hamlet.answer_to(hamlet.say(f"mcp cluster pods_list_in_namespace {NAMESPACE}"), holds="checkout", seconds=60)
        seen.eventually(lambda: "search" in seen.tools(cluster, "older"), seconds=60, what="the native one has tools")
        said = seen.eventually(
            lambda: seen.line(cluster, "maybe").get("phase") == "LeftOut" and seen.line(cluster, "maybe"),
            seconds=120,
            what="the broken optional one is left out",
        )
        assert "registry.invalid/no/such-image:1" in said["message"]
        assert said["attempts"] >= 1
        assert said["retryTime"]
        seen.eventually(lambda: seen.is_ready(cluster), seconds=120, what="the bot is Ready without it")
        (pod,) = seen.pods(cluster)
        assert "mcp-older" in [container["name"] for container in pod["spec"]["initContainers"]]
        bridged = next(each for each in pod["spec"]["containers"] if each["name"] == "mcp-cluster")
        assert bridged["command"][1:3] == ["serve", "--"]
    finally:
        delete(cluster, "cluster", "older", "maybe")


def test_a_server_far_away_comes_and_goes_without_a_restart_and_its_key_may_change(
    cluster: Cluster, hamlet: Conversation
) -> None:
    before = seen.pod_names(cluster), seen.restarts(cluster, "bot")
    keys = ["first-key-0123456789"]
    header = {"name": HEADER, "valueFrom": {"secretKeyRef": {"name": "weather", "key": "key"}}}
    with remote_server(cluster.bind_address, keys) as url:
        inside = url.replace(cluster.bind_address, cluster.host_address)
        apply(cluster, secret("weather", {"key": keys[0]}), sidecar("weather", url=inside, headers=[header]))
        try:
            hamlet.insist("mcp weather weather Oslo", holds="it rains in Oslo", seconds=60)
            keys[:] = ["second-key-9876543210"]
            apply(cluster, secret("weather", {"key": keys[0]}))
            hamlet.insist("mcp weather weather Bergen", holds="it rains in Bergen", seconds=90)
            config = get(cluster, "configmap", "ritsuko-mcp")
            assert "-key-" not in json.dumps(config)
        finally:
            cluster.kubectl("-n", NAMESPACE, "delete", "mcpsidecar", "weather")
            seen.eventually(lambda: not seen.tools(cluster, "weather"), seconds=60, what="its tools are gone")
    assert (seen.pod_names(cluster), seen.restarts(cluster, "bot")) == before


def test_tokens_are_replaced_and_no_call_is_lost(
    cluster: Cluster, emulator: ZulipEmulator, hamlet: Conversation
) -> None:
    """People ask on while the pods turn over: every question gets its answer, none a refusal."""
    old_pods = seen.pod_names(cluster)
    old_tokens = get(cluster, "secret", "ritsuko-mcp-tokens")["data"]
    replaced = threading.Event()

    def ask_on(number: int) -> None:
        person = Conversation(emulator.client("hamlet"), topic=f"tokens {number}")
        while not replaced.is_set():
            person.answer_to(person.say("mcp kubernetes get pods"), holds="checkout", seconds=30)

    def has_taken_over() -> bool:
        left_unanswered = any(future.done() for future in asking)
        return left_unanswered or (seen.are_gone(cluster, old_pods) and seen.is_ready(cluster))

    with ThreadPoolExecutor(_ASKERS) as pool:
        asking = [pool.submit(ask_on, number) for number in range(_ASKERS)]
        try:
            annotation = "ritsuko.dev/rotate-tokens=now"
            cluster.kubectl("-n", NAMESPACE, "annotate", "ritsukobot", "ritsuko", annotation, "--overwrite")
            seen.eventually(has_taken_over, seconds=180, what="another pod has taken over")
        finally:
            replaced.set()
        for future in asking:
            future.result()
    new_tokens = seen.eventually(
        lambda: (
            (data := get(cluster, "secret", "ritsuko-mcp-tokens")["data"])
            and not set(data.values()) & set(old_tokens.values())
            and data
        ),
        seconds=60,
        what="the old tokens are gone",
    )
    assert len(new_tokens) == len(old_tokens)
    hamlet.answer_to(hamlet.say("mcp kubernetes get pods"), holds="checkout", seconds=30)
