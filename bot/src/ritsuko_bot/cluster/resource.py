"""The bot's own RitsukoBot: owner of what the bot makes, and the place of its report."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from pydantic import ValidationError

from ritsuko_api.runtime import FIELD_MANAGER, RuntimeReport
from ritsuko_bot.cluster.api import Api, ApiError, Json

logger = logging.getLogger(__name__)

_API_VERSION = "ritsuko.dev/v1alpha1"
_KIND = "RitsukoBot"


@dataclass(frozen=True, slots=True)
class Own:
    """The bot's own resource."""

    namespace: str
    name: str

    @property
    def path(self) -> str:
        return f"/apis/{_API_VERSION}/namespaces/{self.namespace}/ritsukobots/{self.name}"

    async def owner_reference(self, api: Api) -> Json:
        """Metadata that makes the bot's resource the owner of an object; empty if that resource cannot be read."""
        try:
            metadata = (await api.request("GET", self.path)).get("metadata")
        except ApiError as error:
            logger.warning(
                "cannot read %s %s, so objects made by this pod have no owner reference: %s", _KIND, self.name, error
            )
            return {}
        if not isinstance(metadata, dict):
            return {}
        reference: Json = {"apiVersion": _API_VERSION, "kind": _KIND, "name": self.name, "uid": metadata.get("uid")}
        return {"ownerReferences": [reference]}

    async def read_report(self, api: Api) -> RuntimeReport | None:
        """The report in `status.runtime`; None if there is no valid one. Raises `ApiError`."""
        status = (await api.request("GET", self.path)).get("status")
        try:
            return RuntimeReport.model_validate(status.get("runtime")) if isinstance(status, dict) else None
        except ValidationError:
            return None

    async def write_report(self, api: Api, report: RuntimeReport) -> None:
        """Server-side apply of `status.runtime`, and of nothing else. Raises `ApiError`."""
        body: Json = {
            "apiVersion": _API_VERSION,
            "kind": _KIND,
            "metadata": {"name": self.name},
            "status": {"runtime": report.model_dump(mode="json", by_alias=True, exclude_none=True)},
        }
        await api.request(
            "PATCH",
            f"{self.path}/status",
            body,
            content_type="application/apply-patch+yaml",
            parameters={"fieldManager": FIELD_MANAGER, "force": "true"},
        )
