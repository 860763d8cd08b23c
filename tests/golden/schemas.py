"""The schemas of every tool as clients list them: `schemas/` holds one file a server.

They are public: people's saved commands, other programs and models rely on them.
"""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ritsuko_mcp_common import ServerSettings

FOLDER = Path(__file__).parent / "schemas"

_CLUSTER = {"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}
_CONTEXTS = [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in ("blue", "green")]
_KUBECONFIG = {
    "apiVersion": "v1",
    "kind": "Config",
    "clusters": [_CLUSTER],
    "contexts": _CONTEXTS,
    "current-context": "blue",
}


@dataclass(frozen=True)
class Snapshot:
    """A server with these settings; `kubeconfig` is written where its variable of that name points."""

    name: str
    server: str
    settings: dict[str, Any] = field(default_factory=dict[str, Any])
    kubeconfig: dict[str, Any] | None = None

    @property
    def golden(self) -> Path:
        return FOLDER / f"{self.name}.json"

    def text(self, folder: Path) -> str:
        """The text that the golden file should have. Files that the settings need are written into `folder`."""
        settings = dict(self.settings)
        if self.kubeconfig is not None:
            path = folder / f"{self.name}.kubeconfig"
            path.write_text(json.dumps(self.kubeconfig))
            settings["kubeconfig"] = str(path)
        tools = [
            {
                "name": tool.name,
                "title": tool.title,
                "description": tool.description,
                "annotations": tool.annotations.model_dump(mode="json", exclude_none=True) if tool.annotations else {},
                "inputSchema": tool.parameters,
                "outputSchema": tool.output_schema,
            }
            for tool in _service(self.server, settings).tools
        ]
        outputs = [tool.pop("outputSchema") for tool in tools]
        assert all(output == outputs[0] for output in outputs), "every tool answers with the same envelope"
        return json.dumps({"tools": tools, "outputSchema": outputs[0]}, indent=1, ensure_ascii=False) + "\n"


SNAPSHOTS = (
    Snapshot("kubernetes", "kubernetes", {"kubernetes_context": "blue"}, _KUBECONFIG),
    Snapshot("kubernetes-contexts", "kubernetes", {"kubernetes_context": "blue,green"}, _KUBECONFIG),
    Snapshot("prometheus", "prometheus", {"prometheus_url": "http://127.0.0.1:1"}),
    Snapshot("logs", "logs"),
    Snapshot("logs-stores", "logs", {"loki_url": "http://127.0.0.1:1", "victorialogs_url": "http://127.0.0.1:1"}),
    Snapshot("template", "template", {"template_url": "http://127.0.0.1:1"}),
)


def _service(server: str, settings: dict[str, Any]) -> Any:
    package = f"ritsuko_mcp_{server}"
    # A server may put its settings together from several models: the whole has the most bases.
    kinds = [
        value
        for value in vars(importlib.import_module(f"{package}.settings")).values()
        if isinstance(value, type) and issubclass(value, ServerSettings)
    ]
    kind = max(kinds, key=lambda kind: len(kind.__mro__))
    return importlib.import_module(f"{package}.server").build(kind(mcp_auth_token="token", **settings))
