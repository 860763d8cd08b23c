"""`make demo`: everything up, a conversation, and where to go on from there."""

from __future__ import annotations

import sys
import time
import urllib.request
from urllib.error import URLError

import zulip

from tests.cluster import Cluster, Prometheus, named_cluster
from tests.cluster.daemons import Daemon
from tests.demo import conversation, stage
from tests.zulip import ZulipEmulator
from tools.errors import BuildError

NAME = "demo"
ZULIP_PORT = 9991


def up() -> None:
    """Bring everything up, or what is missing of it; then talk."""
    began = time.monotonic()
    cluster = named_cluster(NAME)
    say("a cluster with one node")
    cluster.start()
    say("a Zulip to talk in and a Prometheus with real data, beside the cluster")
    site = start_zulip(cluster)
    prometheus = Prometheus(cluster)
    prometheus.start()
    say("the five images, and the operator: kubectl apply -f manifests/install.yaml")
    stage.install_operator(cluster)
    say("a bot with three servers: kubectl apply -f tests/demo/manifests")
    people = ZulipEmulator()  # not started: it knows everybody's keys
    bot = people.user("ritsuko")
    credentials = {"ZULIP_EMAIL": bot.email, "ZULIP_API_KEY": bot.api_key, "ZULIP_SITE": site}
    stage.apply_bot(cluster, credentials=credentials, prometheus_url=prometheus.url_for_pods)
    stage.wait_until_ready(cluster)
    print(cluster.kubectl("--namespace", stage.NAMESPACE, "get", "ritsukobots,mcpsidecars"))

    hamlet = zulip.Client(email="hamlet@zulip.com", api_key=people.api_key("hamlet"), site=site)
    conversation.hold(conversation.Conversation(hamlet), show)

    print(f"It took {time.monotonic() - began:.0f} s. Go on talking:")
    print(f"  the chat page       http://127.0.0.1:{ZULIP_PORT}/")
    print(f"  the bot's status    kubectl --kubeconfig {cluster.kubeconfig} -n {stage.NAMESPACE} get ritsukobots")
    print("  the end             make demo-down")


def down() -> None:
    """End everything and remove all of it but the cache."""
    named_cluster(NAME).stop()
    print("The demo is gone.")


def start_zulip(cluster: Cluster) -> str:
    """The Zulip emulator, for pods and for this machine's browser; its address as pods see it."""
    hosts = dict.fromkeys(["127.0.0.1", cluster.bind_address])
    command = [sys.executable, "-m", "tests.zulip", "--port", str(ZULIP_PORT)]
    command += [part for host in hosts for part in ("--host", host)]
    daemon = Daemon("zulip", cluster.folder, command, {"PYTHONPATH": str(stage.ROOT)})
    daemon.start()
    daemon.wait_until(_zulip_answers, timeout=30, what="answering")
    return f"http://{cluster.host_address}:{ZULIP_PORT}"


def _zulip_answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{ZULIP_PORT}/api/v1/server_settings", timeout=2):
            return True
    except (URLError, ConnectionError, TimeoutError):
        return False


def say(what: str) -> None:
    print(f"\n==> {what}", flush=True)


def show(who: str, content: str) -> None:
    print(f"\n{who}:", flush=True)
    print("\n".join(f"  {line}" for line in content.splitlines()), flush=True)


def main(command: str) -> int:
    try:
        {"up": up, "down": down}[command]()
    except (BuildError, conversation.Silence) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
