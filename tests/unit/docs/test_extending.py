"""The examples of docs/extending.md run, in the order of the page."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.chat.answering import Answering
from ritsuko_bot.chat.message import IncomingMessage
from ritsuko_bot.chat.port import Chat, Inbox
from ritsuko_bot.metrics import Metrics
from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_logs.query.query import Query
from ritsuko_mcp_logs.server import build
from ritsuko_mcp_logs.settings import logs_settings
from ritsuko_mcp_logs.sources.coverage import Coverage
from ritsuko_mcp_logs.sources.kinds import KINDS
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


async def test_a_log_store_is_read_and_offered(page: SimpleNamespace, tmp_path: Path) -> None:
    (journal := tmp_path / "journal").write_text(
        '{"time": 10, "host": "a", "message": "one"}\n{"time": 99, "host": "a", "message": "later"}\n'
    )
    kinds = (*KINDS, page.JOURNAL)
    service = build(logs_settings(kinds)(journal_file=journal), kinds)
    coverage = Coverage()
    source = service.backend.choose("journal")
    texts = [text async for batch in source.read(Query(since=0, until=50), coverage) for text in batch.texts()]
    assert (texts, coverage.lines) == ([b"one"], 1)
    search = next(tool for tool in service.tools if tool.name == "search")
    assert search.parameters["properties"]["source"]["enum"] == ["journal", "pods"]


async def test_a_chat_is_answered(page: SimpleNamespace) -> None:
    class Echo:
        async def answer(self, line: str, caller: Caller) -> Answer | None:
            return Answer((say(f"You wrote {line}, in {caller.asker.where}."),))

    chat, inbox = page.RoomChat(), page.RoomInbox()
    for port, adapter in ((Chat, chat), (Inbox, inbox)):
        assert {name for name in vars(port) if not name.startswith("_")} <= set(dir(adapter))
    answering = Answering(chat, inbox, Echo(), Metrics())
    message = IncomingMessage("7", "ada", page.Room("ops"), "mcp list", sent=datetime.now(UTC), addressed=True)
    for heard in (message, message):
        if task := answering.hear(heard):
            await task
    assert list(chat.posted.values()) == ["#ops: You wrote mcp list, in #ops."]
