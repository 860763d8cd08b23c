"""What happens to a running bot when its resources change."""

from __future__ import annotations

import time

import pytest

from tests.cluster import Cluster, third_party_image
from tests.demo.conversation import MENTION, Conversation
from tests.demo.stage import NAMESPACE, apply, config_map
from tests.e2e import seen
from tests.zulip import ZulipEmulator

pytestmark = [pytest.mark.node, pytest.mark.prometheus]

THIRD_PARTY = "cluster"
# The pod's own ServiceAccount, by the apiserver's address: the server would look up a name, and there is no DNS here.
_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount"
KUBECONFIG = f"""\
apiVersion: v1
kind: Config
clusters: [{{name: here, cluster: {{server: "https://10.96.0.1", certificate-authority: {_ACCOUNT}/ca.crt}}}}]
users: [{{name: pod, user: {{tokenFile: {_ACCOUNT}/token}}}}]
contexts: [{{name: here, context: {{cluster: here, user: pod}}}}]
current-context: here
"""


@pytest.fixture(autouse=True)
def settled(cluster: Cluster) -> None:
    """Each story begins with a bot that is Ready, in one pod, with its three servers."""

    def as_at_first() -> bool:
        return (
            seen.is_ready(cluster) and seen.status(cluster)["sidecarsReady"] == "3/3" and len(seen.pods(cluster)) == 1
        )

    seen.eventually(as_at_first, seconds=120, what="the bot is Ready, in one pod, with three servers")


def sidecar(name: str, **spec: object) -> dict[str, object]:
    metadata = {"name": name, "namespace": NAMESPACE}
    spec = {"botRef": {"name": "ritsuko"}, **spec}
    return {"apiVersion": "ritsuko.dev/v1alpha1", "kind": "McpSidecar", "metadata": metadata, "spec": spec}


def ready_without(cluster: Cluster, name: str) -> bool:
    """Whether the bot is Ready again, in one pod, without this server."""
    gone = not seen.line(cluster, name) and not seen.tools(cluster, name)
    return gone and seen.is_ready(cluster) and len(seen.pods(cluster)) == 1


def test_a_tools_policy_reaches_the_running_bot_in_two_seconds_without_a_restart(cluster: Cluster) -> None:
    """Measured from the answer of kubectl to the bot's own report; the best of three on a shared machine."""
    before = seen.pod_names(cluster), seen.restarts(cluster, "bot")
    taken: list[float] = []
    for denied in (["describe"], [], ["describe"], []):
        apply(cluster, sidecar("kubernetes", server="kubernetes", tools={"deny": denied}))
        began = time.monotonic()
        offered = "describe" not in denied
        seen.eventually(
            lambda offered=offered: ("describe" in seen.tools(cluster, "kubernetes")) is offered,
            seconds=30,
            what=f"describe is {'' if offered else 'not '}offered",
        )
        taken.append(time.monotonic() - began)
    print(f"policy to running bot: best {min(taken):.2f} s, worst {max(taken):.2f} s")
    assert min(taken) < 2.0, taken
    assert (seen.pod_names(cluster), seen.restarts(cluster, "bot")) == before
    seen.eventually(lambda: seen.is_ready(cluster), seconds=30, what="the bot is Ready")


def test_a_denied_tool_is_refused_and_the_answer_says_by_what(cluster: Cluster, hamlet: Conversation) -> None:
    apply(cluster, sidecar("kubernetes", server="kubernetes", tools={"deny": ["describe"]}))
    try:
        seen.eventually(lambda: "describe" not in seen.tools(cluster, "kubernetes"), seconds=30, what="it is denied")
        hamlet.answer_to(hamlet.say("mcp kubernetes describe pods checkout"), holds="deny")
    finally:
        apply(cluster, sidecar("kubernetes", server="kubernetes", tools={}))
        seen.eventually(lambda: "describe" in seen.tools(cluster, "kubernetes"), seconds=30, what="it is allowed again")


@pytest.mark.npm
def test_a_third_partys_server_comes_with_its_tools_and_goes_with_them(cluster: Cluster, hamlet: Conversation) -> None:
    """A server that nobody here wrote, from npm, in an image of one static binary."""
    image = third_party_image()
    cluster.load(image)
    apply(cluster, config_map("cluster-kubeconfig", {"config": KUBECONFIG}))
    port = 8084
    probe = {"httpGet": {"path": "/healthz", "port": port}}
    apply(
        cluster,
        sidecar(
            THIRD_PARTY,
            image=image.name,
            args=["--port", str(port), "--read-only", "--stateless", "--kubeconfig", "/etc/cluster/config"],
            volumes=[{"name": "kubeconfig", "configMap": {"name": "cluster-kubeconfig"}}],
            volumeMounts=[{"name": "kubeconfig", "mountPath": "/etc/cluster", "readOnly": True}],
            port=port,
            auth={"mode": "None"},
            mountServiceAccountToken=True,
            livenessProbe=probe,
            readinessProbe=probe,
        ),
    )
    try:
        seen.eventually(
            lambda: "pods_list" in seen.tools(cluster, THIRD_PARTY), seconds=120, what="its tools are there"
        )
        answer = hamlet.answer_to(
            hamlet.say(f"mcp {THIRD_PARTY} pods_list_in_namespace {NAMESPACE}"), holds="checkout", seconds=60
        )
        assert "checkout" in answer
        seen.eventually(lambda: seen.is_ready(cluster), seconds=60, what="the bot is Ready with four servers")
        assert seen.status(cluster)["sidecarsReady"] == "4/4"
    finally:
        cluster.kubectl("-n", NAMESPACE, "delete", "mcpsidecar", THIRD_PARTY)
    seen.eventually(lambda: ready_without(cluster, THIRD_PARTY), seconds=120, what="the server and its tools are gone")
    hamlet.answer_to(hamlet.say(f"mcp {THIRD_PARTY} pods_list"), holds="Unknown server", seconds=30)


def test_a_sidecar_whose_image_does_not_exist_leaves_the_old_bot_answering(
    cluster: Cluster, hamlet: Conversation
) -> None:
    old = seen.pod_names(cluster)
    apply(cluster, sidecar("broken", image="registry.invalid/no/such-image:1", port=9000))
    try:
        said = seen.eventually(
            lambda: "image" in seen.line(cluster, "broken").get("message", "") and seen.line(cluster, "broken"),
            seconds=120,
            what="the status says what is wrong with the image",
        )
        assert said["ready"] is False
        assert "registry.invalid/no/such-image:1" in said["message"]
        assert seen.condition(cluster, "SidecarsReady")["status"] == "False"
        assert old <= seen.pod_names(cluster)
        hamlet.answer_to(hamlet.say("mcp kubernetes get pods"), holds="checkout")
    finally:
        cluster.kubectl("-n", NAMESPACE, "delete", "mcpsidecar", "broken")
    seen.eventually(lambda: ready_without(cluster, "broken"), seconds=120, what="the bot is Ready without it")


def test_a_killed_server_comes_back_and_its_tools_with_it(cluster: Cluster, hamlet: Conversation) -> None:
    before = seen.restarts(cluster, "mcp-kubernetes")
    pod = next(iter(seen.pod_names(cluster)))
    kill = "import os, signal; os.kill(1, signal.SIGTERM)"
    cluster.kubectl("-n", NAMESPACE, "exec", pod, "-c", "mcp-kubernetes", "--", "python3", "-c", kill)
    seen.eventually(
        lambda: seen.restarts(cluster, "mcp-kubernetes") > before, seconds=60, what="the container was started again"
    )
    hamlet.insist("mcp kubernetes get pods", holds="checkout", seconds=60)
    assert "get" in seen.tools(cluster, "kubernetes")
    seen.eventually(lambda: seen.is_ready(cluster), seconds=60, what="the bot is Ready again")


def test_a_rollout_answers_every_message_once(cluster: Cluster, emulator: ZulipEmulator) -> None:
    """Ten questions while the pod is replaced: the old one, the new one, never both and never neither."""
    old = seen.pod_names(cluster)
    cluster.kubectl("-n", NAMESPACE, "rollout", "restart", "deployment/ritsuko")
    asked = 0

    def replaced() -> bool:
        nonlocal asked
        now = seen.pod_names(cluster)
        if asked < 10:
            emulator.send("hamlet", f"{MENTION}mcp kubernetes get pods name=nobody-{asked}", to="ops", topic="rollout")
            asked += 1
        return asked == 10 and not (now & old) and len(now) == 1 and seen.is_ready(cluster)

    seen.eventually(replaced, seconds=120, what="another pod has taken over")
    for number in range(10):
        emulator.wait_for_message(
            lambda m, number=number: m.sender_id == 14 and f"nobody-{number}" in m.content, deadline=60
        )
    answers = [m.content for m in emulator.messages(channel="ops", topic="rollout", sender="ritsuko")]
    assert len(answers) == 10, answers


def test_switched_off_it_says_so_and_switched_on_it_works_again(cluster: Cluster, hamlet: Conversation) -> None:
    bot = ("-n", NAMESPACE, "patch", "ritsukobot", "ritsuko", "--type=merge", "-p")
    cluster.kubectl(*bot, '{"spec": {"mcpSidecars": {"enabled": false}}}')
    try:
        hamlet.insist("mcp list", holds="MCP is disabled", seconds=60)
    finally:
        cluster.kubectl(*bot, '{"spec": {"mcpSidecars": {"enabled": true}}}')
    seen.eventually(
        lambda: "get" in seen.tools(cluster, "kubernetes") and seen.is_ready(cluster) and len(seen.pods(cluster)) == 1,
        seconds=120,
        what="the bot is Ready again",
    )
    hamlet.insist("mcp kubernetes get pods", holds="checkout", seconds=60)
