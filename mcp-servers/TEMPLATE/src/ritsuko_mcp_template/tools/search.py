"""Things found by words."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from ritsuko_api.envelope import Row
from ritsuko_mcp_common import Envelope, Parameters, ReadTool
from ritsuko_mcp_template.client import Client


class SearchParameters(Parameters):
    """What `search` takes."""

    text: Annotated[str, Field(description="words to look for", max_length=200, examples=["printer"])]
    limit: Annotated[int, Field(ge=1, le=100)] = 20


async def search(parameters: SearchParameters, client: Client) -> Envelope:
    """A row for each thing that has these words in it."""
    answer = await client.get("/search", q=parameters.text, limit=str(parameters.limit))
    rows: list[Row] = [{"NAME": str(item)} for item in answer.get("items", [])]
    found = f"{len(rows)} found for {parameters.text!r}." if rows else f"Nothing contains {parameters.text!r}."
    return Envelope(summary=found, data=rows, total=len(rows), returned=len(rows), untrusted=True)


TOOL = ReadTool(
    name="search",
    title="Find things",
    description="Find things that contain these words.",
    parameters=SearchParameters,
    run=search,
)
