"""For every rule of the CRDs one resource that it lets through and one that it refuses, and what it then says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.specs.crd import Document, document


@dataclass(frozen=True)
class Example:
    """`accepted` and `refused` are specs; where the rule is about the name, names."""

    kind: str
    message: str  # the rule's, whole
    accepted: Any
    refused: Any

    def document(self, spec: Any) -> Document:
        if isinstance(spec, str):
            return document(self.kind, BOT if self.kind == "RitsukoBot" else {"server": "logs"}, name=spec)
        return document(self.kind, spec)


BOT: Document = {"zulip": {"credentialsSecret": {"name": "zulip"}}}
IMAGE: Document = {"image": "example.com/mcp:1", "port": 9000}
STDIO: Document = {**IMAGE, "transport": "Stdio", "command": ["server"]}
REMOTE: Document = {"url": "https://mcp.example.com/mcp"}
LOGS: Document = {"server": "logs"}


MORE_THAN_ALLOWED: Document = {"requests": {"memory": "2Gi"}, "limits": {"memory": 1073741824}}
AS_MUCH_AS_ALLOWED: Document = {
    "requests": {"cpu": "0.5", "memory": "1024Mi", "ephemeral-storage": 1},
    "limits": {"cpu": "500m", "memory": "1Gi"},
}
TCP: Document = {"tcpSocket": {"port": 8083}}


def header(name: str) -> Document:
    return {"name": name, "valueFrom": {"secretKeyRef": {"name": "mcp", "key": "token"}}}


def _bot(message: str, accepted: Any, refused: Any) -> Example:
    if isinstance(accepted, dict):
        accepted, refused = {**BOT, **accepted}, {**BOT, **refused}
    return Example("RitsukoBot", message, accepted, refused)


def _sidecar(message: str, accepted: Any, refused: Any) -> Example:
    return Example("McpSidecar", message, accepted, refused)


EXAMPLES = [
    _bot(
        "the bot's objects take its name: use at most 52 lower-case letters, digits and '-', starting with a letter",
        "a" * 52,
        "9lives",
    ),
    _bot(
        "`create: false` requires `name`: set it to the ServiceAccount to use",
        {"serviceAccount": {"create": False, "name": "mine"}},
        {"serviceAccount": {"create": False}},
    ),
    _bot(
        "`approvers` require `effect: RequireApproval`: set it, or remove `approvers`",
        {"access": {"rules": [{"effect": "RequireApproval", "approvers": {"groups": ["oncall"]}}]}},
        {"access": {"rules": [{"effect": "Allow", "approvers": {"groups": ["oncall"]}}]}},
    ),
    _bot(
        "every rotation replaces the pods: use at least 10m",
        {"mcpSidecars": {"tokens": {"maxAge": "720h"}}},
        {"mcpSidecars": {"tokens": {"maxAge": "9m59s"}}},
    ),
    _bot(
        "a variable name must consist of printable ASCII characters without '=', for example LOG_LEVEL",
        {"env": [{"name": "a.b-c D~", "value": "1"}]},
        {"env": [{"name": "a=b", "value": "1"}]},
    ),
    _bot(
        ("a volume name must consist of lower-case letters and digits, with '-' between them, for example cache-2"),
        {"volumes": [{"name": "9-cache", "emptyDir": {}}]},
        {"volumes": [{"name": "cache-", "emptyDir": {}}]},
    ),
    _bot(
        "`requests` exceed `limits`: lower `requests`, or raise `limits`",
        {"mcpSidecars": {"defaults": {"resources": AS_MUCH_AS_ALLOWED}}},
        {"mcpSidecars": {"defaults": {"resources": MORE_THAN_ALLOWED}}},
    ),
    _sidecar(
        "the sidecar's container takes its name: use at most 59 lower-case letters, digits and '-'", "a" * 59, "a.b"
    ),
    _sidecar(
        "`list`, `help`, `status` and `next` are commands after `mcp`, as a sidecar's name is: choose another name",
        "lists",
        "list",
    ),
    _sidecar(
        "set `server` to one of our servers, or set `image`, or the `url` of a remote server",
        LOGS,
        {},
    ),
    _sidecar(
        "a server with a `url` runs elsewhere: remove either `url` or `server`", REMOTE, {**REMOTE, "server": "logs"}
    ),
    _sidecar(
        "a server with a `url` has no container: remove image, imagePullPolicy, command, args, workingDir, "
        "env, envFrom, volumes, volumeMounts, resources, securityContext, lifecycle, "
        "mountServiceAccountToken, port, portName, livenessProbe, readinessProbe, startupProbe",
        {**REMOTE, "optional": True, "enabled": False, "botRef": {"name": "ops"}},
        {**REMOTE, "args": ["--read-only"]},
    ),
    _sidecar(
        "the `url` includes the path: put it there and remove `path`",
        {**REMOTE, "path": "/mcp"},
        {**REMOTE, "path": "/api/mcp"},
    ),
    _sidecar(
        "a server with a `url` has no container to probe: remove `probe`",
        {**REMOTE, "probe": "Http"},
        {**REMOTE, "probe": "None"},
    ),
    _sidecar(
        "a server with a `url` is reached over streamable HTTP: remove `transport`",
        {**REMOTE, "transport": "StreamableHTTP"},
        {**REMOTE, "transport": "Stdio"},
    ),
    _sidecar(
        "a server with a `url` has no container: remove `native`",
        {**REMOTE, "native": False},
        {**REMOTE, "native": True},
    ),
    _sidecar(
        ("a remote server does not know the generated token: remove `auth`, and put its credentials into `headers`"),
        {**REMOTE, "auth": {"mode": "None"}},
        {**REMOTE, "auth": {"mode": "Bearer"}},
    ),
    _sidecar(
        "`headers` require a remote server: set `url`, or remove `headers`",
        {**REMOTE, "headers": [header("Authorization")]},
        {**IMAGE, "headers": [header("Authorization")]},
    ),
    _sidecar(
        "two header names differ only in case: remove one of them",
        {**REMOTE, "headers": [header("X-Key"), header("X-Team")]},
        {**REMOTE, "headers": [header("X-Key"), header("x-key")]},
    ),
    _sidecar(
        "the bot sets accept, accept-encoding, connection, content-length, content-type, host, "
        "last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, te, trailer, "
        "transfer-encoding, upgrade itself: remove them",
        {**REMOTE, "headers": [header("X-Host")]},
        {**REMOTE, "headers": [header("Mcp-Session-Id")]},
    ),
    _sidecar(
        ("a custom `image` needs a `port`: the one it listens on, or with `transport: Stdio` the one of the bridge"),
        {**LOGS, "image": "mirror.example.com/ritsuko-mcp-logs:1"},
        {"image": "example.com/mcp:1", "transport": "Stdio", "command": ["server"]},
    ),
    _sidecar(
        "our own servers speak streamable HTTP: remove `transport`",
        {**LOGS, "transport": "StreamableHTTP"},
        {**LOGS, "transport": "Stdio", "command": ["server"]},
    ),
    _sidecar(
        "`transport: Stdio` requires `command`, which the bridge starts: the image's entry point is not known",
        STDIO,
        {**STDIO, "command": []},
    ),
    _sidecar(
        "port 8080 is used by the bot itself: choose another `port`",
        {**LOGS, "port": 8081},
        {**LOGS, "port": 8080},
    ),
    _sidecar(
        "`probe: None` disables all probes: remove it, or remove the probes",
        {**LOGS, "probe": "Http", "livenessProbe": {"tcpSocket": {"port": 8083}}},
        {**LOGS, "probe": "None", "startupProbe": {"tcpSocket": {"port": 8083}}},
    ),
    _sidecar(
        "a port name must consist of lower-case letters, at least one, and digits, with single '-' between "
        "them, for example mcp-9000",
        {**LOGS, "portName": "9-mcp-8083"},
        {**LOGS, "portName": "8083"},
    ),
    _sidecar(
        "a variable name must consist of printable ASCII characters without '=', for example LOG_LEVEL",
        {**LOGS, "env": [{"name": "1", "value": "1"}]},
        {**LOGS, "env": [{"name": "GRÜSSE", "value": "1"}]},
    ),
    _sidecar(
        ("a volume name must consist of lower-case letters and digits, with '-' between them, for example cache-2"),
        {**LOGS, "volumes": [{"name": "a--b", "emptyDir": {}}]},
        {**LOGS, "volumes": [{"name": "Bad_Name", "emptyDir": {}}]},
    ),
    _sidecar(
        "`requests` exceed `limits`: lower `requests`, or raise `limits`",
        {**LOGS, "resources": AS_MUCH_AS_ALLOWED},
        {**LOGS, "resources": MORE_THAN_ALLOWED},
    ),
    _sidecar(
        "a probe needs exactly one handler: set one of exec, grpc, httpGet, tcpSocket",
        {**LOGS, "startupProbe": {**TCP, "periodSeconds": 5}},
        {**LOGS, "startupProbe": {"periodSeconds": 5}},
    ),
    _sidecar(
        "the hook `preStop` needs exactly one handler: set one of exec, httpGet, sleep, tcpSocket",
        {**LOGS, "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}},
        {**LOGS, "lifecycle": {"preStop": {}}},
    ),
    _sidecar(
        "the hook `postStart` needs exactly one handler: set one of exec, httpGet, sleep, tcpSocket",
        {**LOGS, "lifecycle": {"postStart": {"exec": {"command": ["true"]}}}},
        {**LOGS, "lifecycle": {"postStart": {"exec": {"command": ["true"]}, "sleep": {"seconds": 5}}}},
    ),
    _sidecar(
        "an alias must be one word of at most 63 lower-case letters, digits, '-' and '_', for example `pods`",
        {**LOGS, "tools": {"aliases": {"find_all-5xx": "search status:5xx"}}},
        {**LOGS, "tools": {"aliases": {"find all": "search x"}}},
    ),
    _sidecar(
        "help, prompts, resources are commands of `mcp`: choose another alias",
        {**LOGS, "tools": {"aliases": {"helper": "search x"}}},
        {**LOGS, "tools": {"aliases": {"help": "search x"}}},
    ),
]
