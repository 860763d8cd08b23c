"""The way to Prometheus: TLS, credentials and headers as the settings say."""

import ssl

import httpx2

from ritsuko_mcp_common.errors import ConfigurationError

from .credentials import BasicFile, BearerFile
from .settings import PrometheusSettings

_CONNECTIONS = 16
_CONNECT_SECONDS = 5.0


def connect(settings: PrometheusSettings) -> httpx2.AsyncClient:
    """A connection pool, with nothing connected yet. Raises ConfigurationError for a CA file that can't be used."""
    try:
        tls = ssl.create_default_context(cafile=settings.prometheus_ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"PROMETHEUS_CA_FILE: can't be read as certificates ({error})") from error
    auth: httpx2.Auth | None = None
    if settings.prometheus_bearer_token_file:
        auth = BearerFile(settings.prometheus_bearer_token_file)
    elif settings.prometheus_basic_auth_file:
        auth = BasicFile(settings.prometheus_basic_auth_file)
    return httpx2.AsyncClient(
        auth=auth,
        verify=tls,
        # Proxies named in the environment are for the way out of the cluster, not for what stands in it.
        trust_env=False,
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
        limits=httpx2.Limits(max_connections=_CONNECTIONS, max_keepalive_connections=_CONNECTIONS),
    )
