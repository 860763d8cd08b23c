"""Kubeconfigs, by the `kubernetes` package: its client certificates, exec plugins and proxies.

The package takes 20 MiB when it is loaded, so this module is imported only where a kubeconfig is used: not in a pod.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import aiohttp
import yaml
from kubernetes.aio import config
from kubernetes.aio.client import ApiClient, Configuration

from ritsuko_mcp_common.cluster_connection import ClusterConnection, ClusterRequest
from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError

# The library has types for its models only.
_config: Any = config
_UNREADABLE = (config.ConfigException, OSError, yaml.YAMLError)


def contexts(path: str) -> tuple[Sequence[dict[str, Any]], str]:
    """The contexts of a kubeconfig and the name of the current one. Raises `ConfigurationError`."""
    try:
        found, current = _config.list_kube_config_contexts(config_file=path)
    except (*_UNREADABLE, KeyError, TypeError) as error:
        raise ConfigurationError(f"KUBECONFIG: {path} is not a usable kubeconfig: {error}") from error
    return found, str(current["name"])


class KubeconfigConnection(ClusterConnection):
    """As the user of a kubeconfig's context."""

    def __init__(self, client: Any, path: str, context: str) -> None:
        self._client = client
        self._path = path
        self._context = context

    @classmethod
    async def open(cls, path: str, context: str, *, read_bufsize: int) -> KubeconfigConnection:
        """Raises `BackendUnreachable` for credentials that cannot be read."""
        configuration: Any = await _loaded(path, context)
        configuration.client_session_kwargs = {"read_bufsize": read_bufsize}
        return cls(ApiClient(configuration), path, context)

    async def close(self) -> None:
        await self._client.close()

    def _credentials(self) -> Mapping[str, str]:
        return dict(self._client.configuration.api_key)

    async def _renewed(self, refused: Mapping[str, str]) -> Mapping[str, str]:
        if self._credentials() == refused:  # otherwise another request has read them meanwhile
            self._client.configuration.api_key = dict((await _loaded(self._path, self._context)).api_key)
        return self._credentials()

    async def _send(self, request: ClusterRequest, credentials: Mapping[str, str]) -> aiohttp.ClientResponse:
        """With the credentials of the client's configuration, which are the same."""
        headers = dict(request.headers)
        await self._client.update_params_for_auth(
            headers, [], ["BearerToken"], request.path, request.method, request.body
        )
        answer = await self._client.rest_client.request(
            request.method,
            request.url(self._client.configuration.host),
            headers=headers,
            body=request.body,
            _request_timeout=request.timeout,
        )
        return cast(aiohttp.ClientResponse, answer.response)


async def _loaded(path: str, context: str) -> Any:
    configuration = Configuration()
    try:
        await _config.load_kube_config(
            config_file=path, context=context, client_configuration=configuration, persist_config=False
        )
    except _UNREADABLE as error:
        raise BackendUnreachable(f"the credentials for {context} cannot be read: {error}") from error
    return configuration
