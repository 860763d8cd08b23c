"""A mutating admission webhook of the cluster's own, for the Deployments of one story."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.cluster import ControlPlane
from tests.integration.operator.planes import OPERATOR
from tests.integration.operator.story import Json, Story

_PATH = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"

Mutate = Callable[[Json], list[Json]]  # the operations of a JSON patch for the object


@dataclass
class Webhook:
    """What it does, and who sent it what."""

    mutate: Mutate
    senders: list[str] = field(default_factory=list[str])

    @property
    def writes(self) -> int:
        """How often the operator has written."""
        return self.senders.count(":".join(("system:serviceaccount", *OPERATOR)))

    def answer(self, review: Json) -> Json:
        request = review["request"]
        patch = self.mutate(request["object"])
        if not request.get("dryRun"):
            self.senders.append(request["userInfo"]["username"])
        response: Json = {"uid": request["uid"], "allowed": True}
        if patch:
            text = base64.b64encode(json.dumps(patch).encode()).decode()
            response |= {"patchType": "JSONPatch", "patch": text}
        return {"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}


@contextmanager
def webhook(plane: ControlPlane, story: Story, mutate: Mutate) -> Iterator[Webhook]:
    """It serves until the end of the block."""
    hook = Webhook(mutate)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(hook.answer(review)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            pass

    pair = plane.server_certificate(f"webhook-{story.namespace}", hosts=("127.0.0.1",))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        try:
            plane.api.request("POST", _PATH, _configuration(plane, story, server.server_port))
            yield hook
        finally:
            plane.api.request("DELETE", f"{_PATH}/{story.namespace}")
            server.shutdown()
            serving.join()


def _configuration(plane: ControlPlane, story: Story, port: int) -> Json:
    authority = base64.b64encode(plane.ca_file.read_bytes()).decode()
    rule = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"]}
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": story.namespace},
        "webhooks": [
            {
                "name": "deployments.example.test",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "timeoutSeconds": 5,
                "clientConfig": {"url": f"https://127.0.0.1:{port}/", "caBundle": authority},
                "rules": [{**rule, "resources": ["deployments"]}],
                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": story.namespace}},
            }
        ],
    }
