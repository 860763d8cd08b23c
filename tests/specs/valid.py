"""Resources that the apiserver accepts: fitting the schema, then mended until every CEL rule holds."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from ritsuko_api.headers import RESERVED_HEADERS
from ritsuko_api.sidecar import OF_A_CONTAINER
from ritsuko_api.tools import RESERVED_WORDS
from tests.specs import words
from tests.specs.crd import Document, document, spec_of
from tests.specs.values import values

_BOT = {
    "mcpSidecars.tokens.maxAge": st.sampled_from(["10m", "1h30m", "720h", "86400s"]),
    "mcpSidecars.selector.matchLabels": words.labels.filter(bool),
}
_SIDECAR = {
    "portName": st.sampled_from(["http-mcp", "9a", "mcp"]),
    "url": st.sampled_from(["https://mcp.example.com/mcp", "http://[::1]:9000", "https://example.com/a?b=c#d"]),
    "headers[].name": st.from_regex(r"[A-Za-z][A-Za-z0-9-]{0,20}", fullmatch=True).filter(
        lambda name: name.lower() not in RESERVED_HEADERS
    ),
    "tools.aliases": st.dictionaries(
        st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?", fullmatch=True).filter(lambda a: a not in RESERVED_WORDS),
        st.sampled_from(["get pods", "query up", "get", "search 'a b' --limit 5", "täglich über alles"]),
        max_size=3,
    ),
}


@cache
def valid_bots() -> st.SearchStrategy[Document]:
    names = st.sampled_from(["ops", "dev"]) | st.from_regex(r"[a-z]([-a-z0-9]{0,50}[a-z0-9])?", fullmatch=True)
    specs = values(spec_of("RitsukoBot"), _BOT).map(_mended_bot)
    return st.builds(
        lambda name, labels, spec: document("RitsukoBot", spec, name=name, labels=labels), names, words.labels, specs
    )


@cache
def valid_sidecars() -> st.SearchStrategy[Document]:
    names = st.sampled_from(["kubernetes", "git-hub"]) | st.from_regex(
        r"[a-z0-9]([-a-z0-9]{0,57}[a-z0-9])?", fullmatch=True
    ).filter(lambda name: name not in ("list", "help", "status", "next"))
    sorts = st.sampled_from([_preset, _image, _stdio, _remote])
    specs = st.builds(lambda sort, spec: _mended_sidecar(sort(spec)), sorts, values(spec_of("McpSidecar"), _SIDECAR))
    return st.builds(
        lambda name, labels, spec: document("McpSidecar", spec, name=name, labels=labels), names, words.labels, specs
    )


def _mended_bot(spec: Document) -> Document:
    _keep_within_limits(spec)
    _keep_within_limits(spec.get("mcpSidecars", {}).get("defaults", {}))
    account = spec.get("serviceAccount", {})
    if account.get("create") is False:
        account.setdefault("name", "existing")
    for rule in spec.get("access", {}).get("rules", []):
        if rule["effect"] != "RequireApproval":
            rule.pop("approvers", None)
    return spec


def _preset(spec: Document) -> Document:
    return _without(spec, "url", "headers", "transport") | {"server": spec.get("server", "kubernetes")}


def _image(spec: Document) -> Document:
    return _without(spec, "url", "headers", "transport", "server") | _container(spec)


def _stdio(spec: Document) -> Document:
    command = spec.get("command") or ["server"]
    return _without(spec, "url", "headers", "server") | _container(spec) | {"transport": "Stdio", "command": command}


def _remote(spec: Document) -> Document:
    url = spec.get("url", "https://mcp.example.com/mcp")
    return _without(spec, "server", "path", "probe", "transport", "native", "auth", *OF_A_CONTAINER) | {"url": url}


def _container(spec: Document) -> Document:
    return {"image": spec.get("image", "example.com/mcp:1"), "port": spec.get("port", 9000)}


def _mended_sidecar(spec: Document) -> Document:
    if spec.get("port") == 8080:
        spec["port"] = 8090
    if spec.get("probe") == "None":
        spec = _without(spec, "livenessProbe", "readinessProbe", "startupProbe")
    _keep_within_limits(spec)
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if probe in spec:
            spec[probe] = _with_one(spec[probe], "exec", "grpc", "httpGet", "tcpSocket")
    for hook, does in spec.get("lifecycle", {}).items():
        if hook in ("postStart", "preStop"):
            spec["lifecycle"][hook] = _with_one(does, "exec", "httpGet", "sleep", "tcpSocket")
    if "headers" in spec:
        spec["headers"] = list({one["name"].lower(): one for one in spec["headers"]}.values())
    return spec


def _keep_within_limits(spec: Document) -> None:
    resources = spec.get("resources", {})
    limits, requests = resources.get("limits", {}), resources.get("requests", {})
    requests |= {name: limits[name] for name in requests if name in limits}


def _with_one(hook: Document, *handlers: str) -> Document:
    """The hook with the first of the handlers that it has; with one if it has none."""
    there = [name for name in handlers if name in hook]
    return _without(hook, *there[1:]) if there else {**hook, "exec": {"command": ["true"]}}


def _without(spec: Document, *fields: str) -> dict[str, Any]:
    return {field: value for field, value in spec.items() if field not in fields}
