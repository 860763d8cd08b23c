"""Single requests to the apiserver, as much as bringing up a cluster and a test's assertions need."""

import http.client
import json
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from tests.cluster.certificates import KeyPair
from tests.cluster.errors import ClusterError

Json = dict[str, Any]


class ApiError(ClusterError):
    """The apiserver answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"HTTP {status}: {message}")
        self.status = status


class Api:
    """The apiserver at `url`, called with a client certificate or a bearer token."""

    def __init__(self, url: str, *, authority: Path, pair: KeyPair | None = None, token: str | None = None) -> None:
        self._address = urlsplit(url).netloc
        self.ssl_context = ssl.create_default_context(cafile=authority)
        if pair:
            self.ssl_context.load_cert_chain(pair.certificate, pair.key)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def request(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content_type: str = "application/json",
        timeout: float = 10,
    ) -> Json:
        """Send one request and return the answer's JSON. A body that is text is sent as it is, any other as JSON.

        Raises:
            ApiError: an answer of 400 or above.
            OSError: no answer.
        """
        text = self.text(method, path, body, content_type=content_type, timeout=timeout)
        return json.loads(text)

    def text(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        content_type: str = "application/json",
        timeout: float = 10,
    ) -> str:
        """Like `request`, for answers that aren't JSON."""
        connection = http.client.HTTPSConnection(self._address, context=self.ssl_context, timeout=timeout)
        try:
            headers: Mapping[str, str] = {**self._headers, "Content-Type": content_type, "Accept": "*/*"}
            data = body.encode() if isinstance(body, str) else None if body is None else json.dumps(body)
            connection.request(method, path, data, dict(headers))
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status >= 400:
            raise ApiError(answer.status, _message(text))
        return text

    def answers(self, path: str) -> bool:
        """Whether a GET is answered with success right now."""
        try:
            self.text("GET", path, timeout=2)
        except (OSError, http.client.HTTPException, ApiError):
            return False
        return True


def _message(text: str) -> str:
    try:
        return json.loads(text).get("message", text)
    except (ValueError, AttributeError):
        return text
