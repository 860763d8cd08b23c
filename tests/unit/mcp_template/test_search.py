"""The server's own tools, on a backend that is played here. What every server keeps is tested in mcp_contract."""

import httpx2
import pytest

from ritsuko_mcp_common import BackendUnreachable, Envelope, ToolFailure
from ritsuko_mcp_template.client import Client
from ritsuko_mcp_template.settings import TemplateSettings
from ritsuko_mcp_template.tools.search import SearchParameters, search


async def searched(text: str, answer: httpx2.Response | Exception, **settings: object) -> Envelope:
    """What `search` answers on a backend that always answers the same."""

    def handle(request: httpx2.Request) -> httpx2.Response:
        if isinstance(answer, Exception):
            raise answer
        assert request.url.path == "/search"
        return answer

    configuration = TemplateSettings(template_url="http://backend.example.com", **settings)
    client = Client(configuration, transport=httpx2.MockTransport(handle))
    return await search(SearchParameters(text=text), client)


async def test_what_is_found_is_a_table() -> None:
    envelope = await searched("o", httpx2.Response(200, json={"items": ["one", "two"]}))
    assert envelope.data == [{"NAME": "one"}, {"NAME": "two"}]
    assert envelope.summary == "2 found for 'o'."


async def test_nothing_found_says_so() -> None:
    envelope = await searched("zebra", httpx2.Response(200, json={"items": []}))
    assert envelope.summary == "Nothing contains 'zebra'."


@pytest.mark.parametrize(
    ("answer", "failure", "told"),
    [
        (httpx2.Response(403, text="no"), ToolFailure, "rejected the request"),
        (httpx2.Response(200, text="<html>a login page</html>"), BackendUnreachable, "not a JSON object"),
        (httpx2.Response(200, json=["a", "list"]), BackendUnreachable, "not a JSON object"),
        (httpx2.Response(200, text="x" * 5_000), ToolFailure, "larger than 2,000 bytes"),
        (httpx2.ConnectError("refused"), BackendUnreachable, "did not respond"),
    ],
)
async def test_a_backend_that_fails_is_told_with_what_to_do(
    answer: httpx2.Response | Exception, failure: type[ToolFailure], told: str
) -> None:
    with pytest.raises(failure, match=told) as raised:
        await searched("o", answer, template_max_bytes=2_000)
    assert raised.value.hint
