"""Where the cluster is and who we are there: the pod's ServiceAccount, or a context of a kubeconfig.

For servers that read a cluster: it needs the extra `kubernetes`.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from ritsuko_common.service_account import ServiceAccount
from ritsuko_mcp_common.cluster_connection import ClusterConnection, PodConnection
from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError
from ritsuko_mcp_common.nearest import suggestion

# Bytes of each response that are read ahead: with the 2 MiB of the `kubernetes` package, memory grows with the length
# of logs.
_READ_BUFFER = 128 * 1024


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster to talk to: the pod's own, as its `service_account`, or the `context` of a kubeconfig."""

    name: str
    namespace: str
    service_account: ServiceAccount | None = None
    kubeconfig: str = ""
    context: str = ""


def find(*, kubeconfig: str = "", contexts: str = "", folder: Path | None = None) -> list[Target | None]:
    """The clusters that are meant, the default one first; [None] where there is none to be found yet.

    A `kubeconfig` that is named goes before the pod's ServiceAccount, and that before the user's kubeconfig. `contexts`
    are those to offer, like `a,b`, or `*` for all; default: the current one.

    Raises `ConfigurationError` for a kubeconfig that cannot be read or a context that it does not have.
    """
    chosen = kubeconfig or contexts
    if not chosen and (account := ServiceAccount.of_pod(os.environ, folder)) is not None:
        return [Target("in-cluster", account.namespace or "default", account)]
    path = kubeconfig or str(Path("~/.kube/config").expanduser())
    if not chosen and not Path(path).is_file():
        return [None]
    from ritsuko_mcp_common.kubeconfig import contexts as contexts_of

    existing, current = contexts_of(path)
    by_name = {
        str(context["name"]): Target(
            str(context["name"]),
            context.get("context", {}).get("namespace") or "default",
            kubeconfig=path,
            context=str(context["name"]),
        )
        for context in existing
    }
    wanted = [name.strip() for name in contexts.split(",") if name.strip()] or [current]
    if wanted == ["*"]:
        wanted = [current, *(name for name in by_name if name != current)]
    for name in wanted:
        if name not in by_name:
            near = suggestion(name, by_name) or f"It has: {', '.join(by_name)}."
            raise ConfigurationError(f"KUBERNETES_CONTEXT: {path} has no context {name!r}. {near}")
    return [by_name[name] for name in wanted]


async def connect(target: Target | None) -> ClusterConnection:
    """A connection to the target. Raises `BackendUnreachable` for credentials that cannot be read."""
    if target is None:
        raise BackendUnreachable(
            "no cluster is configured", "Run this server in a pod with a ServiceAccount token, or set KUBECONFIG."
        )
    if target.service_account is not None:
        return PodConnection(target.service_account, read_bufsize=_READ_BUFFER)
    from ritsuko_mcp_common.kubeconfig import KubeconfigConnection

    return await KubeconfigConnection.open(target.kubeconfig, target.context, read_bufsize=_READ_BUFFER)
