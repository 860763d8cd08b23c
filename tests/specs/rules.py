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
        "the bot's name becomes the name of its children: at most 52 lower-case letters, digits and '-', "
        "starting with a letter",
        "a" * 52,
        "9lives",
    ),
    _bot(
        "with `create: false`, name the ServiceAccount to use in `name`",
        {"serviceAccount": {"create": False, "name": "mine"}},
        {"serviceAccount": {"create": False}},
    ),
    _bot(
        "`approvers` say who approves: set `effect: RequireApproval`, or leave them out",
        {"access": {"rules": [{"effect": "RequireApproval", "approvers": {"groups": ["oncall"]}}]}},
        {"access": {"rules": [{"effect": "Allow", "approvers": {"groups": ["oncall"]}}]}},
    ),
    _bot(
        "every rotation turns the pods over: give at least 10m",
        {"mcpSidecars": {"tokens": {"maxAge": "720h"}}},
        {"mcpSidecars": {"tokens": {"maxAge": "9m59s"}}},
    ),
    _bot(
        "a variable's name is made of printable ASCII characters without '=', such as LOG_LEVEL",
        {"env": [{"name": "a.b-c D~", "value": "1"}]},
        {"env": [{"name": "a=b", "value": "1"}]},
    ),
    _bot(
        "a volume's name is made of lower-case letters and digits, with '-' between them, such as cache-2",
        {"volumes": [{"name": "9-cache", "emptyDir": {}}]},
        {"volumes": [{"name": "cache-", "emptyDir": {}}]},
    ),
    _bot(
        "more is requested than the limit allows: lower `requests`, or raise `limits`",
        {"mcpSidecars": {"defaults": {"resources": AS_MUCH_AS_ALLOWED}}},
        {"mcpSidecars": {"defaults": {"resources": MORE_THAN_ALLOWED}}},
    ),
    _sidecar(
        "the sidecar's name becomes its container's: at most 59 lower-case letters, digits and '-'", "a" * 59, "a.b"
    ),
    _sidecar(
        "people type the sidecar's name after `mcp`, where `list`, `help`, `status` and `next` are commands: "
        "choose another name",
        "lists",
        "list",
    ),
    _sidecar(
        "name one of our servers in `server`, or give an `image`, or the `url` of a remote server",
        LOGS,
        {},
    ),
    _sidecar(
        "a server with a `url` runs elsewhere: leave out either `url` or `server`", REMOTE, {**REMOTE, "server": "logs"}
    ),
    _sidecar(
        "a server with a `url` has no container here: leave out image, imagePullPolicy, command, args, workingDir, "
        "env, envFrom, volumes, volumeMounts, resources, securityContext, lifecycle, mountServiceAccountToken, port, "
        "portName, livenessProbe, readinessProbe, startupProbe",
        {**REMOTE, "optional": True, "enabled": False, "botRef": {"name": "ops"}},
        {**REMOTE, "args": ["--read-only"]},
    ),
    _sidecar(
        "the `url` says where the endpoint is: put the path there and leave out `path`",
        {**REMOTE, "path": "/mcp"},
        {**REMOTE, "path": "/api/mcp"},
    ),
    _sidecar(
        "a server with a `url` has no container here that could be probed: leave out `probe`",
        {**REMOTE, "probe": "Http"},
        {**REMOTE, "probe": "None"},
    ),
    _sidecar(
        "a server with a `url` is reached over streamable HTTP: leave out `transport`",
        {**REMOTE, "transport": "StreamableHTTP"},
        {**REMOTE, "transport": "Stdio"},
    ),
    _sidecar(
        "a server with a `url` has no container here: leave out `native`",
        {**REMOTE, "native": False},
        {**REMOTE, "native": True},
    ),
    _sidecar(
        "a generated token means nothing to a remote server: leave out `auth`, and give its credentials in `headers`",
        {**REMOTE, "auth": {"mode": "None"}},
        {**REMOTE, "auth": {"mode": "Bearer"}},
    ),
    _sidecar(
        "`headers` go to a remote server: give its `url`, or leave them out",
        {**REMOTE, "headers": [header("Authorization")]},
        {**IMAGE, "headers": [header("Authorization")]},
    ),
    _sidecar(
        "two names of a header differ only in case: leave one of them out",
        {**REMOTE, "headers": [header("X-Key"), header("X-Team")]},
        {**REMOTE, "headers": [header("X-Key"), header("x-key")]},
    ),
    _sidecar(
        "the bot itself sets accept, accept-encoding, connection, content-length, content-type, host, last-event-id, "
        "mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, te, trailer, transfer-encoding, upgrade: "
        "leave them out",
        {**REMOTE, "headers": [header("X-Host")]},
        {**REMOTE, "headers": [header("Mcp-Session-Id")]},
    ),
    _sidecar(
        "an `image` of your own needs a `port`: where it listens, or with `transport: Stdio` where the bridge does",
        {**LOGS, "image": "mirror.example.com/ritsuko-mcp-logs:1"},
        {"image": "example.com/mcp:1", "transport": "Stdio", "command": ["server"]},
    ),
    _sidecar(
        "our own servers speak streamable HTTP: leave out `transport`",
        {**LOGS, "transport": "StreamableHTTP"},
        {**LOGS, "transport": "Stdio", "command": ["server"]},
    ),
    _sidecar(
        "with `transport: Stdio`, give the `command` that the bridge starts: an image's entry point is not known",
        STDIO,
        {**STDIO, "command": []},
    ),
    _sidecar(
        "port 8080 is the bot's own in that pod: choose another `port`",
        {**LOGS, "port": 8081},
        {**LOGS, "port": 8080},
    ),
    _sidecar(
        "`probe: None` switches all probes off: leave out either it or the probes",
        {**LOGS, "probe": "Http", "livenessProbe": {"tcpSocket": {"port": 8083}}},
        {**LOGS, "probe": "None", "startupProbe": {"tcpSocket": {"port": 8083}}},
    ),
    _sidecar(
        "a port's name is made of lower-case letters, at least one, and digits, with single '-' between them, such as "
        "mcp-9000",
        {**LOGS, "portName": "9-mcp-8083"},
        {**LOGS, "portName": "8083"},
    ),
    _sidecar(
        "a variable's name is made of printable ASCII characters without '=', such as LOG_LEVEL",
        {**LOGS, "env": [{"name": "1", "value": "1"}]},
        {**LOGS, "env": [{"name": "GRÜSSE", "value": "1"}]},
    ),
    _sidecar(
        "a volume's name is made of lower-case letters and digits, with '-' between them, such as cache-2",
        {**LOGS, "volumes": [{"name": "a--b", "emptyDir": {}}]},
        {**LOGS, "volumes": [{"name": "Bad_Name", "emptyDir": {}}]},
    ),
    _sidecar(
        "more is requested than the limit allows: lower `requests`, or raise `limits`",
        {**LOGS, "resources": AS_MUCH_AS_ALLOWED},
        {**LOGS, "resources": MORE_THAN_ALLOWED},
    ),
    _sidecar(
        "a probe does one thing: give it one of exec, grpc, httpGet, tcpSocket",
        {**LOGS, "startupProbe": {**TCP, "periodSeconds": 5}},
        {**LOGS, "startupProbe": {"periodSeconds": 5}},
    ),
    _sidecar(
        "the hook `preStop` does one thing: give it one of exec, httpGet, sleep, tcpSocket",
        {**LOGS, "lifecycle": {"preStop": {"sleep": {"seconds": 5}}}},
        {**LOGS, "lifecycle": {"preStop": {}}},
    ),
    _sidecar(
        "the hook `postStart` does one thing: give it one of exec, httpGet, sleep, tcpSocket",
        {**LOGS, "lifecycle": {"postStart": {"exec": {"command": ["true"]}}}},
        {**LOGS, "lifecycle": {"postStart": {"exec": {"command": ["true"]}, "sleep": {"seconds": 5}}}},
    ),
    _sidecar(
        "an alias is one word of at most 63 lower-case letters, digits, '-' and '_', such as `pods`",
        {**LOGS, "tools": {"aliases": {"find_all-5xx": "search status:5xx"}}},
        {**LOGS, "tools": {"aliases": {"find all": "search x"}}},
    ),
    _sidecar(
        "help, prompts, resources are words of the `mcp` command: choose another alias",
        {**LOGS, "tools": {"aliases": {"helper": "search x"}}},
        {**LOGS, "tools": {"aliases": {"help": "search x"}}},
    ),
]
