"""What the gallery shows: commands of every sort, asked in a topic each, of servers that really run."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from tests.cluster import ControlPlane
from tests.integration.bot.bots import BOT
from tests.integration.bot.test_process import Process, bot
from tests.integration.operator.eventually import eventually
from tests.load.serving import TOKEN, server
from tests.zulip import ZulipEmulator

NAMESPACE = "painted-shop"
_SERVERS = Path(__file__).parents[1] / "bot_mcp" / "servers"
_WITHIN = 40.0


@dataclass(frozen=True)
class Exhibit:
    """`lines` are what hamlet says one after the other, and what the answer to each has in it. `vote` is an emoji that
    iago puts under the last one then, which leads to `after_vote`.
    """

    name: str
    about: str
    lines: tuple[tuple[str, str], ...]
    vote: str = ""
    after_vote: str = ""

    @property
    def topic(self) -> str:
        return self.name.replace("-", " ")


def _one(name: str, about: str, line: str, expected: str) -> Exhibit:
    return Exhibit(name, about, ((line, expected),))


EXHIBITS = [
    _one("help", "the help page", "help", "the servers"),
    _one("servers", "the servers", "mcp list", "workshop"),
    _one("status", "what is connected, and what is wrong", "mcp status", "Connection refused"),
    _one("tools", "the tools of a server", "mcp list kubernetes", "diagnose"),
    _one("usage", "how a tool is called", "mcp help kubernetes get", "kind"),
    _one("pods", "a table", f"mcp kubernetes get pods -n {NAMESPACE}", "checkout-2"),
    _one(
        "diagnosis", "what is wrong with a pod", f"mcp kubernetes diagnose pod checkout-2 -n {NAMESPACE}", "checkout-2"
    ),
    _one("wide-table", "a table with more columns than fit", "mcp workshop fleet", "columns are not shown"),
    _one("long-table", "a table that is folded", "mcp workshop orders 70", "40 more rows (70 in total)"),
    _one("other-scripts", "a table with other scripts", "mcp workshop cities", "Αθήνα"),
    _one("object", "nested data", "mcp workshop settings", "eu-central"),
    _one("folded-log", "a long text: summarised, then folded", "mcp workshop logs 90", "more lines (90 in total)"),
    _one(
        "log-file", "a text longer than a message: a file with a preview", "mcp workshop logs 3000", "workshop-logs.txt"
    ),
    _one("picture", "a picture", "mcp workshop chart", ".png"),
    _one("first-page", "the first page of a list", "mcp library shelf A", "shows the next page"),
    Exhibit("next-page", "the next page of it", (("mcp library shelf A", "from 0."), ("next", "from 2."))),
    _one("resources", "what can be read at a server", "mcp library resources", "guide://opening"),
    _one("misspelt-server", "a misspelt server", "mcp kubernets get pods", "Did you mean"),
    _one("misspelt-kind", "a misspelt kind", "mcp kubernetes get podz", "podz"),
    _one("wrong-argument", "a wrong argument", "mcp workshop logs many", "mcp workshop logs"),
    _one("failed", "a tool that fails", "mcp toolbox fail the disk is full", "the disk is full"),
    _one("down", "a server that is down", "mcp shipping track 7", "shipping"),
    _one("running", "a call that takes long, with its progress", "mcp toolbox hold", "holding"),
    _one("approval", "a change that needs an approval", "mcp workshop scale checkout 3", "Approval needed"),
    Exhibit(
        "approved",
        "the same, approved by a reaction",
        (("mcp workshop scale checkout 5", "Approval needed"),),
        vote="+1",
        after_vote="Approved by Iago",
    ),
    _one("question", "a server asks something back", "mcp library order Emma", "How many copies"),
    Exhibit(
        "answered",
        "the answer to it",
        (("mcp library order Emma", "How many copies"), ("title=Emma copies=2", "ordered 2 of Emma")),
    ),
    _one("hostile", "a text that tries to break out of its block", "mcp workshop message", "everybody look here"),
]


@contextmanager
def on_show(plane: ControlPlane, zulip: ZulipEmulator, folder: Path) -> Iterator[None]:
    """A bot that has been asked for all exhibits, and still runs."""
    _paint(plane)
    with (
        server("kubernetes", folder, KUBECONFIG=str(plane.kubeconfig)) as kubernetes,
        bot(folder, **zulip.credentials(), RITSUKO_CONFIG=str(_config(folder, kubernetes.url))) as process,
    ):
        process.readiness(True)
        eventually(lambda: _all_but_one_ready(process), what="the servers are ready", within=_WITHIN, every=0.2)
        for exhibit in EXHIBITS:
            answers: list[int] = []
            for line, expected in exhibit.lines:
                zulip.send("hamlet", f"@**Ritsuko** {line}", to="ops", topic=exhibit.topic)
                answers.append(_answer(zulip, exhibit, expected))
            if exhibit.vote:
                voting = zulip.client("iago").add_reaction({"message_id": answers[-1], "emoji_name": exhibit.vote})
                assert voting["result"] == "success", voting
                _answer(zulip, exhibit, exhibit.after_vote)
        yield


def index(exhibits: list[Exhibit]) -> str:
    """A page that shows the pictures."""
    parts = [
        "# What the bot's answers look like\n",
        "Made by `make gallery`: a bot with real servers and a real apiserver, asked in the emulator's chat page.",
    ]
    for exhibit in exhibits:
        parts.append(f"\n## {exhibit.about[:1].upper()}{exhibit.about[1:]}\n\n![{exhibit.about}]({exhibit.name}.png)")
    return "\n".join(parts) + "\n"


def _all_but_one_ready(process: Process) -> bool:
    states = {server["name"]: server["state"] for server in process.get("/status").json()["servers"]}
    return all(state == "Ready" for name, state in states.items() if name != "shipping")


def _answer(zulip: ZulipEmulator, exhibit: Exhibit, expected: str) -> int:
    return zulip.wait_for_message(
        lambda m: m.sender_id == BOT and m.topic == exhibit.topic and expected in m.content, _WITHIN
    ).id


def _config(folder: Path, kubernetes: str) -> Path:
    token = folder / "token"
    token.write_text(TOKEN)

    def program(name: str, *options: str) -> dict[str, object]:
        return {"command": sys.executable, "args": [str(_SERVERS / f"{name}.py"), *options]}

    servers = {
        "kubernetes": {"url": f"{kubernetes}/mcp", "tokenFile": str(token)},
        "workshop": program("workshop"),
        "library": program("library", "--mode", "stdio"),
        "toolbox": {**program("toolbox", "--mode", "stdio"), "tools": {"timeoutSeconds": 1800}},
        "shipping": {"url": "http://127.0.0.1:1/mcp"},
    }
    config = folder / "mcp.json"
    config.write_text(json.dumps({"revision": "gallery-1", "mcpServers": servers}))
    return config


def _paint(plane: ControlPlane) -> None:
    """A namespace with pods that no kubelet runs, with the states of those that do and of one that crashes."""
    plane.kubectl("create", "namespace", NAMESPACE)
    plane.kubectl("--namespace", NAMESPACE, "wait", "--for=create", "serviceaccount/default", "--timeout=60s")
    for number in range(5):
        crashes = number == 2
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"checkout-{number}", "namespace": NAMESPACE, "labels": {"app": "checkout"}},
            "spec": {"containers": [{"name": "web", "image": "registry.example.com/shop/checkout:1.4.2"}]},
        }
        plane.kubectl("apply", "-f", "-", input=yaml.safe_dump(pod))
        started = {"startedAt": "2026-11-24T08:00:00Z"}
        state = {"waiting": {"reason": "CrashLoopBackOff"}} if crashes else {"running": started}
        last = {"terminated": {"exitCode": 1, "reason": "Error", "message": "cannot reach the bank"}} if crashes else {}
        container = {
            "name": "web",
            "ready": not crashes,
            "restartCount": 14 if crashes else 0,
            "image": "registry.example.com/shop/checkout:1.4.2",
            "imageID": "",
            "state": state,
            "lastState": last,
        }
        ready = {"type": "Ready", "status": str(not crashes)}
        status = {"phase": "Running", "conditions": [ready], "containerStatuses": [container]}
        path = f"/api/v1/namespaces/{NAMESPACE}/pods/checkout-{number}/status"
        patch = "application/strategic-merge-patch+json"
        plane.api.request("PATCH", path, {"status": status}, content_type=patch)
