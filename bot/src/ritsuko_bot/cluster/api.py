"""The few requests that the bot makes to its apiserver, as its pod's ServiceAccount.

Plain HTTP: two kinds of objects, three verbs. Why not with the `kubernetes` package and its Lease election, says
docs/decisions/0004-lease-and-position-of-the-bot.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

import httpx2
from pydantic import JsonValue, TypeAdapter, ValidationError

from ritsuko_common.service_account import ServiceAccount, ServiceAccountError

_WITHIN = 5.0

Json = dict[str, JsonValue]
_OBJECT = TypeAdapter(Json)


class ApiError(Exception):
    """The apiserver refused, or could not be reached (`status` is None then). The message is for people."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Api:
    """Requests to the apiserver. The token is read again for each, because the kubelet replaces it."""

    def __init__(self, account: ServiceAccount) -> None:
        """Raises `ApiError` where the authority's file cannot be used."""
        self._account = account
        try:
            context = account.tls()
        except ServiceAccountError as error:
            raise ApiError(str(error)) from error
        self._client = httpx2.AsyncClient(base_url=account.address, verify=context, timeout=_WITHIN, trust_env=False)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def request(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        content_type: str = "application/json",
        parameters: Mapping[str, str] | None = None,
    ) -> Json:
        """The object that the apiserver answers with. Raises `ApiError`."""
        try:
            headers = {"Authorization": f"Bearer {self._account.token()}", "Content-Type": content_type}
            answer = await self._client.request(method, path, json=body, headers=headers, params=parameters)
            document = _OBJECT.validate_json(answer.content)
        except ServiceAccountError as error:
            raise ApiError(str(error)) from error
        except httpx2.HTTPError as error:
            raise ApiError(f"the apiserver cannot be reached: {str(error) or type(error).__name__}") from error
        except ValidationError as error:
            raise ApiError(f"the apiserver answered {method} {path} with something that is no object") from error
        if answer.status_code >= 400:
            raise ApiError(str(document.get("message") or f"HTTP {answer.status_code}"), answer.status_code)
        return document
