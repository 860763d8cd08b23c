"""The examples of docs/extending.md run, in the order of the page."""

from types import SimpleNamespace

import pytest

from ritsuko_mcp_common import ToolFailure
from tests.unit.docs.examples import python
from tools.markdown import ROOT

PAGE = ROOT / "docs" / "extending.md"


@pytest.fixture(scope="module")
def page() -> SimpleNamespace:
    """What the examples define."""
    names: dict[str, object] = {"__name__": "extending"}
    for line, text in python(PAGE):
        exec(compile("\n" * line + text, str(PAGE), "exec", dont_inherit=True), names)
    return SimpleNamespace(**names)


async def test_a_tool_answers(page: SimpleNamespace) -> None:
    envelope = await page.queues(page.QueuesParameters(name="bill"), page.Queues())
    assert envelope.data == [{"QUEUE": "billing", "LENGTH": 40}]
    with pytest.raises(ToolFailure, match="no queue's name contains 'x'"):
        await page.queues(page.QueuesParameters(name="x"), page.Queues())


async def test_a_server_offers_it(page: SimpleNamespace) -> None:
    service = page.build(page.QueueSettings(_env_file=None))
    assert [tool.name for tool in service.tools] == ["queues"]
    assert list(service.tools[0].parameters["properties"]) == ["name"]
    assert await service.backend.check() == "the queues"
