"""The HTTP transport: TLS, credentials and headers from the settings."""

import ssl
import time
from pathlib import Path

import httpx2

from ritsuko_mcp_common.credentials import BasicFile, BearerFile
from ritsuko_mcp_common.errors import BackendUnreachable, ConfigurationError
from ritsuko_mcp_prometheus.settings import PrometheusSettings

_CONNECT_SECONDS = 5.0
_LIMITS = httpx2.Limits(max_connections=16, max_keepalive_connections=16, keepalive_expiry=30.0)
_Stamp = tuple[tuple[int, int, int], ...]


def connect(settings: PrometheusSettings) -> httpx2.AsyncClient:
    """A connection pool, with nothing connected yet. Raises ConfigurationError for TLS files that can't be used."""
    tls = TlsFiles(
        settings.prometheus_ca_file, settings.prometheus_client_cert_file, settings.prometheus_client_key_file
    )
    auth: httpx2.Auth | None = None
    if settings.prometheus_bearer_token_file:
        auth = BearerFile(settings.prometheus_bearer_token_file)
    elif settings.prometheus_basic_auth_file:
        auth = BasicFile(settings.prometheus_basic_auth_file)
    return httpx2.AsyncClient(
        auth=auth,
        transport=RotatingTransport(tls, retire_after=settings.mcp_deadline_seconds),
        headers={name: value.get_secret_value() for name, value in settings.prometheus_headers.items()},
        # Proxies in the environment are for traffic that leaves the cluster.
        trust_env=False,
        timeout=httpx2.Timeout(None, connect=_CONNECT_SECONDS),
    )


class TlsFiles:
    """The certificate files for OpenSSL; `stamp` changes when a file is replaced."""

    def __init__(self, ca: Path | None, certificate: Path | None, key: Path | None) -> None:
        self._ca = ca
        self._certificate = certificate
        self._key = key

    def stamp(self) -> _Stamp:
        """Raises OSError for a missing file."""
        found = [path.stat() for path in (self._ca, self._certificate, self._key) if path is not None]
        return tuple((status.st_ino, status.st_mtime_ns, status.st_size) for status in found)

    def context(self) -> ssl.SSLContext:
        """Raises ConfigurationError that names the variable whose file can't be used."""
        try:
            context = ssl.create_default_context(cafile=self._ca)
        except (OSError, ssl.SSLError) as error:
            raise ConfigurationError(f"PROMETHEUS_CA_FILE: can't be read as certificates ({error})") from error
        if self._certificate is not None:
            try:
                # For an encrypted key OpenSSL would prompt on the terminal; an empty password makes it fail instead.
                context.load_cert_chain(self._certificate, self._key, password="")
            except (OSError, ssl.SSLError) as error:
                raise ConfigurationError(
                    f"PROMETHEUS_CLIENT_CERT_FILE, PROMETHEUS_CLIENT_KEY_FILE: can't be used together ({error})"
                ) from error
        return context


class RotatingTransport(httpx2.AsyncBaseTransport):
    """Connections that use the current certificate files: a renewed certificate needs no restart.

    Running requests keep their connections; those are closed `retire_after` seconds later.
    """

    def __init__(self, files: TlsFiles, *, retire_after: float) -> None:
        self._files = files
        self._retire_after = retire_after
        # The context first: its error names the variable of a missing file.
        context = files.context()
        self._stamp = files.stamp()
        self._current = httpx2.AsyncHTTPTransport(verify=context, trust_env=False, limits=_LIMITS)
        self._retired: list[tuple[float, httpx2.AsyncHTTPTransport]] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        try:
            if (stamp := self._files.stamp()) != self._stamp:
                replacement = httpx2.AsyncHTTPTransport(verify=self._files.context(), trust_env=False, limits=_LIMITS)
                self._retired.append((time.monotonic() + self._retire_after, self._current))
                self._current, self._stamp = replacement, stamp
        except (OSError, ConfigurationError) as error:
            raise BackendUnreachable(
                f"the certificates for Prometheus can't be used: {error}", "Mount the files at the configured paths."
            ) from error
        await self._close_retired(before=time.monotonic())
        return await self._current.handle_async_request(request)

    async def aclose(self) -> None:
        await self._close_retired(before=float("inf"))
        await self._current.aclose()

    async def _close_retired(self, *, before: float) -> None:
        over = [transport for moment, transport in self._retired if moment <= before]
        self._retired = [(moment, transport) for moment, transport in self._retired if moment > before]
        for transport in over:
            await transport.aclose()
