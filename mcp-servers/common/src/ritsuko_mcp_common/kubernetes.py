"""Where the cluster is and who we are there: the pod's ServiceAccount, or a context of a kubeconfig.

For servers that read a cluster: it needs the extra `kubernetes`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration
from kubernetes.aio.config import incluster_config

from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError
from ritsuko_mcp_common.nearest import suggestion

# The library has types for its models only.
_config: Any = config
_incluster: Any = incluster_config
_SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster to talk to: the pod's own, by the token in `service_account`, or the `context` of a kubeconfig."""

    name: str
    namespace: str
    service_account: Path | None = None
    kubeconfig: str = ""
    context: str = ""


def find(*, kubeconfig: str = "", contexts: str = "", service_account: Path = _SERVICE_ACCOUNT) -> list[Target | None]:
    """The clusters that are meant, the default one first; [None] where there is none to be found yet.

    A `kubeconfig` that is named goes before the pod's ServiceAccount, and that before the user's kubeconfig. `contexts`
    are those to offer, like `a,b`, or `*` for all; default: the current one.

    Raises `ConfigurationError` for a kubeconfig that cannot be read or a context that it does not have.
    """
    chosen = kubeconfig or contexts
    if not chosen and os.environ.get("KUBERNETES_SERVICE_HOST") and (service_account / "token").is_file():
        namespace = service_account / "namespace"
        return [
            Target("in-cluster", namespace.read_text().strip() if namespace.is_file() else "default", service_account)
        ]
    path = kubeconfig or str(Path("~/.kube/config").expanduser())
    if not chosen and not Path(path).is_file():
        return [None]
    existing, current = _contexts(path)
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


async def connect(target: Target | None) -> ApiClient:
    """A client for the target. The ServiceAccount's token is read again as it rotates, once a minute."""
    if target is None:
        raise BackendUnreachable(
            "no cluster is configured", "Run this server in a pod with a ServiceAccount token, or set KUBECONFIG."
        )
    configuration = Configuration()
    try:
        if target.service_account is not None:
            _incluster.InClusterConfigLoader(
                token_filename=str(target.service_account / "token"),
                cert_filename=str(target.service_account / "ca.crt"),
            ).load_and_set(configuration)
        else:
            await _config.load_kube_config(
                config_file=target.kubeconfig,
                context=target.context,
                client_configuration=configuration,
                persist_config=False,
            )
        client = ApiClient(configuration)
    except (config.ConfigException, OSError, yaml.YAMLError) as error:
        raise BackendUnreachable(f"the credentials for {target.name} cannot be read: {error}") from error
    return client


async def renew(client: Any, target: Target | None, refused: dict[str, str]) -> bool:
    """Reads the credentials of a client of `connect` again, after the API server refused its `api_key` `refused`.

    Whether there are others now: it is worth asking once more only then. Connections stay open, other calls use them.
    """
    configuration = client.configuration
    if configuration.api_key == refused:
        fresh: Any = await connect(target)
        configuration.api_key = dict(fresh.configuration.api_key)
        await fresh.close()
    return bool(configuration.api_key != refused)


def _contexts(path: str) -> tuple[Sequence[dict[str, Any]], str]:
    try:
        contexts, current = _config.list_kube_config_contexts(config_file=path)
    except (config.ConfigException, OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ConfigurationError(f"KUBECONFIG: {path} is not a usable kubeconfig: {error}") from error
    return contexts, str(current["name"])
