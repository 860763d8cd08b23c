"""A picture beside an answer: made of what was redacted, off the event loop; and addresses that carry a secret."""

import base64
import threading

from mcp_types import ImageContent
from pydantic import JsonValue

from ritsuko_api.envelope import Link
from ritsuko_mcp_common import Envelope, ServerSettings
from ritsuko_mcp_common.calls import ContractServer
from ritsuko_mcp_common.metrics import Metrics
from ritsuko_mcp_common.tool import Parameters, ReadTool

SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def serving(answer: Envelope, **settings: int) -> ContractServer:
    async def show(_: Parameters, __: None) -> Envelope:
        return answer

    tool = ReadTool(name="show", title="Show", description="Shows the answer.", parameters=Parameters, run=show)

    return ContractServer(
        name="pictures",
        version="0",
        instructions="",
        tools=[tool.bind(None)],
        settings=ServerSettings.model_validate(settings),
        metrics=Metrics(),
    )


async def test_a_painter_sees_the_answer_redacted_and_whole_and_holds_nobody_up() -> None:
    seen: list[Envelope] = []
    threads: list[int] = []

    def paint(envelope: Envelope) -> bytes:
        seen.append(envelope)
        threads.append(threading.get_ident())
        return b"picture"

    rows: list[dict[str, JsonValue]] = [{"number": number, "token": SECRET} for number in range(500)]
    answer = Envelope(summary=f"with {SECRET}", data=list(rows)).painted_by(paint)
    result = await serving(answer, mcp_output_budget=2_000).call_tool("show", {})
    _, picture = result.content
    assert isinstance(picture, ImageContent)
    assert (base64.b64decode(picture.data), picture.mime_type) == (b"picture", "image/png")
    assert SECRET not in str(seen[0])
    assert isinstance(seen[0].data, list)
    assert len(seen[0].data) == 500
    assert result.structured_content is not None
    assert result.structured_content["truncated"] is True
    assert threading.get_ident() not in threads


async def test_a_secret_in_an_address_is_found_behind_its_encoding() -> None:
    plain = "https://grafana.example/explore?panes=%7B%22expr%22%3A%22up%7Bjob%3D%5C%22web%5C%22%7D%22%7D&orgId=1"
    telling = f"https://grafana.example/explore?expr=up%7Btoken%3D%22{SECRET}%22%7D"
    links = [Link(title="plain", url=plain), Link(title="telling", url=telling)]
    result = await serving(Envelope(summary="Links.", links=links)).call_tool("show", {})
    assert result.structured_content is not None
    first, second = result.structured_content["links"]
    assert first["url"] == plain
    assert SECRET not in str(result)
    assert second["url"].startswith("https://grafana.example/explore?expr=up%7Btoken=%22%5Bredacted-")
