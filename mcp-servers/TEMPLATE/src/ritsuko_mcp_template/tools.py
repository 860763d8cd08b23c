"""The tools as people and models see them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ritsuko_mcp_common import Envelope, Row
from ritsuko_mcp_template.client import Client


class TemplateTools:
    """What can be asked."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def search(
        self,
        text: Annotated[str, Field(description="words to look for", max_length=200, examples=["printer"])],
        limit: Annotated[int, Field(ge=1, le=100)] = 20,
    ) -> Envelope:
        """Find what has these words in it."""
        answer = await self._client.get("/search", q=text, limit=str(limit))
        rows: list[Row] = [{"NAME": str(item)} for item in answer.get("items", [])]
        summary = f"{len(rows)} found for {text!r}." if rows else f"Nothing has {text!r} in it."
        return Envelope(summary=summary, data=rows, total=len(rows), returned=len(rows), untrusted=True)
