"""What a story about the operator is told with: a namespace of its own, users, hands, and pods without a kubelet."""

from __future__ import annotations

import base64
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.cluster import ApiError, ControlPlane
from tests.integration.operator.eventually import eventually

Json = dict[str, Any]

_PATHS = {
    "bot": "/apis/ritsuko.dev/v1alpha1/namespaces/{namespace}/ritsukobots",
    "sidecar": "/apis/ritsuko.dev/v1alpha1/namespaces/{namespace}/mcpsidecars",
    "secret": "/api/v1/namespaces/{namespace}/secrets",
    "configmap": "/api/v1/namespaces/{namespace}/configmaps",
    "pod": "/api/v1/namespaces/{namespace}/pods",
    "serviceaccount": "/api/v1/namespaces/{namespace}/serviceaccounts",
    "deployment": "/apis/apps/v1/namespaces/{namespace}/deployments",
    "role": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles",
    "rolebinding": "/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings",
    "clusterrolebinding": "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
    "replicaset": "/apis/apps/v1/namespaces/{namespace}/replicasets",
    "poddisruptionbudget": "/apis/policy/v1/namespaces/{namespace}/poddisruptionbudgets",
    "networkpolicy": "/apis/networking.k8s.io/v1/namespaces/{namespace}/networkpolicies",
    "resourcequota": "/api/v1/namespaces/{namespace}/resourcequotas",
    "lease": "/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases",
    "event": "/apis/events.k8s.io/v1/namespaces/{namespace}/events",
}


class Story:
    """One namespace in which things happen."""

    def __init__(self, plane: ControlPlane) -> None:
        self._api = plane.api  # once: it reads certificates
        self.namespace = f"ops-{uuid.uuid4().hex[:8]}"
        manifest = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}}
        self._api.request("POST", "/api/v1/namespaces", manifest)

    # --- what users do

    def secret(self, name: str = "zulip", **values: str) -> None:
        values = values or {"ZULIP_EMAIL": "hal@chat.test", "ZULIP_API_KEY": "a-key"}
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        self._apply("secret", name, {"apiVersion": "v1", "kind": "Secret", "data": data})

    def bot(self, name: str = "hal", **spec: Any) -> None:
        zulip = {"site": "https://chat.test", "credentialsSecret": {"name": "zulip"}}
        manifest = {"apiVersion": "ritsuko.dev/v1alpha1", "kind": "RitsukoBot", "spec": {"zulip": zulip, **spec}}
        self._apply("bot", name, manifest)

    def sidecar(self, name: str, *, bot: str | None = "hal", labels: Json | None = None, **spec: Any) -> None:
        owner = {"botRef": {"name": bot}} if bot else {}
        manifest = {"apiVersion": "ritsuko.dev/v1alpha1", "kind": "McpSidecar", "spec": {**owner, **spec}}
        self._apply("sidecar", name, manifest, labels=labels)

    def create(self, kind: str, manifest: Json) -> None:
        """Something of somebody else's."""
        self._api.request("POST", self.path(kind), manifest)

    def edit(self, kind: str, name: str, patch: Json) -> None:
        self._api.request("PATCH", self.path(kind, name), patch, content_type="application/merge-patch+json")

    def delete(self, kind: str, name: str) -> None:
        self._api.request("DELETE", self.path(kind, name), {"propagationPolicy": "Background"})

    def orphan(self, kind: str, name: str) -> None:
        """Deletes it alone and waits until it is gone: what it owns stays and has no owner any more."""
        self._api.request("DELETE", self.path(kind, name), {"propagationPolicy": "Orphan"})
        eventually(lambda: not self.exists(kind, name), within=60, what=f"{kind} {name} is gone")

    def request(self, method: str, path: str, patch: Json) -> None:
        self._api.request(method, path, patch, content_type="application/merge-patch+json")

    # --- what a kubelet and a bot would do

    def leaves(self, name: str) -> None:
        """Waits until the pod is told to stop."""

        def told() -> bool:
            live = self.find("pod", name)
            return live is None or "deletionTimestamp" in live["metadata"]

        eventually(told, what=f"pod {name} is on its way out")

    def pod_ends(self, name: str) -> None:
        """The kubelet says that the pod's processes are gone, as it does after a deletion."""
        if self.exists("pod", name):  # there is no such node, so the garbage collector may have been there first
            self._api.request("DELETE", self.path("pod", name), {"gracePeriodSeconds": 0})
        eventually(lambda: not self.exists("pod", name), what=f"pod {name} is gone")

    def pod(self, bot: str = "hal") -> str:
        """The name of the bot's newest pod, once the controllers have made it."""
        return eventually(lambda: self._newest_pod(bot), what=f"a pod of {bot}")

    def pod_status(self, name: str, *containers: Json, phase: str = "Running") -> None:
        """What the kubelet says of the pod's containers; it is on a node then."""
        if "nodeName" not in self.get("pod", name)["spec"]:
            binding = {
                "apiVersion": "v1",
                "kind": "Binding",
                "metadata": {"name": name},
                "target": {"kind": "Node", "name": "nowhere"},
            }
            self._api.request("POST", f"{self.path('pod', name)}/binding", binding)
        ready = "True" if all(entry["ready"] for entry in containers) else "False"
        conditions = [{"type": kind, "status": ready} for kind in ("Ready", "ContainersReady")]
        status = {"status": {"phase": phase, "containerStatuses": list(containers), "conditions": conditions}}
        path = f"{self.path('pod', name)}/status"
        self._api.request("PATCH", path, status, content_type="application/merge-patch+json")

    def report(self, pod: str, *, bot: str = "hal", connected: bool = True, servers: list[Json] | None = None) -> None:
        """The bot in that pod reports that it runs the wanted config."""
        live = self.get("bot", bot)
        runtime = {
            "pod": pod,
            "podUid": self.get("pod", pod)["metadata"]["uid"],
            "version": "0.1.0",
            "configRevision": self.config(bot)["revision"],
            "zulip": {"connected": connected, **({} if connected else {"message": "401: wrong API key"})},
            "servers": servers or [],
        }
        manifest = {"apiVersion": live["apiVersion"], "kind": live["kind"], "status": {"runtime": runtime}}
        self._api.request(
            "PATCH",
            f"{self.path('bot', bot)}/status?fieldManager=ritsuko-bot&force=true",
            {**manifest, "metadata": {"name": bot}},
            content_type="application/apply-patch+yaml",
        )

    def serving(self, *servers: str) -> str:
        """The newest pod runs, its containers are ready, and the bot reports all these servers; returns the pod."""
        pod = self.pod()
        self.pod_status(pod, running("bot"), *(running(f"mcp-{name}") for name in servers))
        self.report(pod, servers=[server(name) for name in servers])
        return pod

    # --- what there is

    def path(self, kind: str, name: str = "") -> str:
        path = _PATHS[kind].format(namespace=self.namespace)
        return f"{path}/{name}" if name else path

    def get(self, kind: str, name: str) -> Json:
        live = self.find(kind, name)
        assert live is not None, f"there is no {kind} {name}"
        return live

    def find(self, kind: str, name: str) -> Json | None:
        try:
            return self._api.request("GET", self.path(kind, name))
        except ApiError as error:
            if error.status == 404:
                return None
            raise

    def exists(self, kind: str, name: str) -> bool:
        return self.find(kind, name) is not None

    def items(self, kind: str) -> list[Json]:
        """All there are of that kind."""
        return self._api.request("GET", self.path(kind))["items"]

    def names(self, kind: str) -> set[str]:
        """The names of what the operator made of that kind."""
        selector = "?labelSelector=app.kubernetes.io/managed-by=ritsuko-operator"
        items = self._api.request("GET", self.path(kind) + selector)["items"]
        return {item["metadata"]["name"] for item in items}

    def everything(self) -> dict[str, str]:
        """All objects of the namespace as text, by kind, but for the Secrets."""
        kinds = (kind for kind, path in _PATHS.items() if kind != "secret" and "{namespace}" in path)
        return {kind: json.dumps(self._api.request("GET", self.path(kind))["items"]) for kind in kinds}

    def events(self, reason: str) -> list[str]:
        items = self._api.request("GET", self.path("event"))["items"]
        mine = [item for item in items if item.get("reportingController") == "ritsuko.dev/operator"]
        return [item["note"] for item in mine if item["reason"] == reason]

    def condition(self, type_: str, *, of: str = "hal", kind: str = "bot") -> Json:
        entries = self.get(kind, of).get("status", {}).get("conditions", [])
        return next((entry for entry in entries if entry["type"] == type_), {"status": "", "reason": "", "message": ""})

    def line(self, sidecar: str, *, bot: str = "hal") -> Json:
        lines = self.get("bot", bot).get("status", {}).get("sidecars", [])
        return next((line for line in lines if line["name"] == sidecar), {"phase": "", "message": ""})

    def config(self, bot: str = "hal") -> Json:
        return json.loads(self.get("configmap", f"{bot}-mcp")["data"]["mcp.json"])

    def containers(self, bot: str = "hal") -> list[str]:
        return [container["name"] for container in self.template(bot)["spec"]["containers"]]

    def template(self, bot: str = "hal") -> Json:
        return self.get("deployment", bot)["spec"]["template"]

    def settled(self, bot: str = "hal") -> None:
        """The operator has seen the latest spec and made everything of it."""

        def seen() -> bool:
            live = self.get("bot", bot)
            observed = live.get("status", {}).get("observedGeneration")
            return observed == live["metadata"]["generation"] and self.exists("deployment", bot)

        eventually(seen, what=f"{bot} is settled")

    # --- waiting

    def wait_condition(self, type_: str, status: str, reason: str, *, of: str = "hal", kind: str = "bot") -> str:
        """Waits for the condition and returns its message."""

        def there() -> Json:
            entry = self.condition(type_, of=of, kind=kind)
            assert (entry["status"], entry["reason"]) == (status, reason), entry
            return entry

        return eventually(there, what=f"{type_} of {of} is {status}: {reason}")["message"]

    def wait_line(self, sidecar: str, phase: str, *, bot: str = "hal") -> str:
        """Waits until the sidecar's line has that phase and returns its message."""

        def there() -> Json:
            line = self.line(sidecar, bot=bot)
            assert line["phase"] == phase, line
            return line

        return eventually(there, what=f"the line of {sidecar} says {phase}").get("message", "")

    def data(self, secret: str) -> dict[str, str]:
        """What is in a Secret, decoded; nothing if there is none."""
        live = self.find("secret", secret) or {}
        return {key: base64.b64decode(value).decode() for key, value in live.get("data", {}).items()}

    def _apply(self, kind: str, name: str, manifest: Json, *, labels: Json | None = None) -> None:
        metadata = {"name": name, "namespace": self.namespace, "labels": labels or {}}
        self._api.request(
            "PATCH",
            f"{self.path(kind, name)}?fieldManager=a-user&force=true",
            {**manifest, "metadata": metadata},
            content_type="application/apply-patch+yaml",
        )

    def _newest_pod(self, bot: str) -> str:
        selector = f"?labelSelector=app.kubernetes.io/instance={bot}"
        pods = self._api.request("GET", self.path("pod") + selector)["items"]
        staying = [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]
        template = self.get("deployment", bot)["spec"]["template"]["spec"]["containers"]
        current = [pod for pod in staying if _same_containers(pod["spec"]["containers"], template)]
        return max((pod["metadata"]["name"] for pod in current), default="")


def _same_containers(pod: list[Json], template: list[Json]) -> bool:
    return [(c["name"], c["image"], c.get("env")) for c in pod] == [
        (c["name"], c["image"], c.get("env")) for c in template
    ]


def running(name: str, *, ready: bool = True, restarts: int = 0, last: Json | None = None, age: float = 0.0) -> Json:
    """A container that has run for `age` seconds."""
    started = datetime.now(UTC) - timedelta(seconds=age)
    return _status(name, {"running": {"startedAt": started.strftime("%Y-%m-%dT%H:%M:%SZ")}}, ready, restarts, last)


def waiting(name: str, reason: str, message: str = "", *, restarts: int = 0, last: Json | None = None) -> Json:
    return _status(name, {"waiting": {"reason": reason, "message": message}}, False, restarts, last)


def ended(code: int, reason: str = "Error", message: str = "") -> Json:
    """How it ended; the kubelet puts the end of the log into the message."""
    return {"terminated": {"exitCode": code, "reason": reason, "message": message}}


def server(name: str, state: str = "Ready", **fields: Any) -> Json:
    known = {"serverInfo": {"name": f"ritsuko-{name}", "version": "0.1.0", "protocolVersion": "2026-07-28"}}
    tools = {"tools": ["get", "describe"], "toolsHash": "abc", "since": "2026-11-24T10:00:01Z"}
    return {"name": name, "state": state, **(known | tools if state == "Ready" else {}), **fields}


def _status(name: str, state: Json, ready: bool, restarts: int, last: Json | None) -> Json:
    known = {"name": name, "image": f"{name}:1", "imageID": "", "ready": ready, "restartCount": restarts}
    return {**known, "state": state, **({"lastState": last} if last else {})}


def unchanged(ask: Callable[[], object], during: Callable[[], object]) -> bool:
    """Whether what is asked is the same after something else was waited for."""
    before = ask()
    during()
    return ask() == before
