"""Calls by a caller that types no line and sits in no chat: an assistant, a gateway, a check."""

from __future__ import annotations

import logging
from dataclasses import replace

import pytest
from mcp_types import CallToolResult, ElicitRequestParams, ElicitResult, TextContent
from prometheus_client.parser import text_string_to_metric_families

from ritsuko_api.config import McpConfig, parse
from ritsuko_api.identity import User
from ritsuko_bot.access.approval import Vote
from ritsuko_bot.access.person import Person
from ritsuko_bot.calls.approval import ApprovalRequest, RequestTooLong
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.calls.calls import Calls
from ritsuko_bot.calls.result import Completed, Denied, Failed, Interrupted, NoApproval, NotApproved, TooLate
from ritsuko_bot.mcp.call import Outcome
from ritsuko_bot.mcp.errors import DeadlineExceeded, ServerUnavailable
from ritsuko_bot.metrics import Metrics
from tests.unit.bot_mcp.prepared import Prepared, demo

ADA = Asker(Person(User("7", "ada@example.com"), "Ada"), "check: certificates")
GRACE = Person(User("8", "grace@example.com", "moderator"), "Grace")
PODS = Outcome(CallToolResult(content=[TextContent(text="two pods")]))


class Approver:
    """Answers every request for an approval in the same way, and keeps what it was asked."""

    def __init__(self, vote: Vote | None, *, room: int = 1_000) -> None:
        self.requests: list[ApprovalRequest] = []
        self.announced = 0
        self._vote = vote
        self._room = room

    async def announce(self) -> None:
        self.announced += 1

    async def approve(self, request: ApprovalRequest) -> Vote | None:
        if len(str(request.arguments)) > self._room:
            raise RequestTooLong
        self.requests.append(request)
        return self._vote

    async def elicit(self, server: str, question: ElicitRequestParams) -> ElicitResult:
        raise AssertionError("no server asks anything here")


class Made:
    """Makes calls of prepared servers, which all answer the same, and counts those that were sent."""

    def __init__(self, answer: Outcome | Exception = PODS, config: McpConfig | None = None) -> None:
        self.metrics = Metrics()
        self.servers: Prepared = demo()
        if config is not None:
            self.servers.config = config
        self.calls = Calls(self.servers, self.metrics)
        self.sent: list[bool] = []
        self._answer = answer

    async def call(self, tool: str, caller: Caller) -> object:
        async def send(fresh: bool) -> Outcome:
            self.sent.append(fresh)
            if isinstance(self._answer, Exception):
                raise self._answer
            return self._answer

        server = self.servers.running["kubernetes"]
        return await self.calls.request(server, server.tools[tool], {"kind": "pods"}, caller, send)

    def counted(self) -> dict[str, str]:
        """The labels of the one call that was counted."""
        families = text_string_to_metric_families(self.metrics.text().decode())
        samples = {sample.name: sample for family in families for sample in family.samples}
        assert samples["ritsuko_bot_calls_total"].value == 1
        assert samples["ritsuko_bot_call_seconds_count"].value == 1
        return dict(samples["ritsuko_bot_calls_total"].labels)


async def test_a_read_only_call_returns_its_result_leaves_an_audit_line_and_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    made = Made()
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        assert await made.call("get", Caller(ADA)) == Completed(PODS.result)
    assert made.sent == [False]
    fields = caplog.records[0].__dict__["audit"]
    assert (fields["user_id"], fields["where"], fields["outcome"]) == (ADA.user.id, "check: certificates", "ok")
    assert made.counted() == {"server": "kubernetes", "tool": "get", "outcome": "ok"}


async def test_a_failure_is_a_result_too() -> None:
    error = DeadlineExceeded("kubernetes did not answer within 30 s")
    made = Made(error)
    assert await made.call("get", Caller(ADA)) == Failed(error)
    assert made.counted()["outcome"] == "DeadlineExceeded"


async def test_a_denial_says_which_rule(caplog: pytest.LogCaptureFixture) -> None:
    made = Made(config=parse('{"mcpServers": {}, "access": {"rules": [{"tools": ["get"], "effect": "Deny"}]}}'))
    result = await made.call("get", Caller(ADA))
    assert isinstance(result, Denied)
    assert result.decision.rule == "access rule 1"
    assert made.sent == []


async def test_a_change_asks_for_an_approval_in_data_and_runs_once_it_has_one() -> None:
    made, approver = Made(), Approver(Vote(GRACE, approved=True))
    result = await made.call("delete", Caller(ADA, dialogue=approver))
    assert result == Completed(PODS.result, approved_by=GRACE)
    [request] = approver.requests
    assert (request.asker, request.server, request.tool) == (ADA, "kubernetes", "delete")
    assert request.arguments == {"kind": "pods"}
    assert request.decides(Vote(GRACE, approved=True))
    assert not request.decides(Vote(ADA.person, approved=True))
    # It is announced before it is sent, and never answered from the cache.
    assert (approver.announced, made.sent) == (1, [True])


@pytest.mark.parametrize(
    ("dialogue", "cause"),
    [
        (None, NoApproval.NOBODY_TO_ASK),
        (Approver(None), NoApproval.EXPIRED),
        (Approver(Vote(GRACE, approved=False)), NoApproval.REJECTED),
        (Approver(Vote(ADA.person, approved=False)), NoApproval.WITHDRAWN),
        (Approver(None, room=3), NoApproval.TOO_LONG),
    ],
)
async def test_a_change_without_an_approval_is_not_sent(dialogue: Approver | None, cause: NoApproval) -> None:
    made = Made()
    result = await made.call("delete", Caller(ADA, dialogue=dialogue))
    assert isinstance(result, NotApproved)
    assert result.cause is cause
    assert made.sent == []
    assert made.counted()["outcome"] == "not approved"


async def test_a_change_that_was_interrupted_or_comes_late_is_not_sent() -> None:
    for asker, expected in ((replace(ADA, interrupted=True), Interrupted()), (replace(ADA, late=True), TooLate())):
        made = Made()
        assert await made.call("delete", Caller(asker, dialogue=Approver(Vote(GRACE, approved=True)))) == expected
        assert made.sent == []
        assert await made.call("get", Caller(asker)) == Completed(PODS.result)


async def test_a_server_without_a_connection_is_a_failed_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ritsuko_bot.mcp.server._RECOVERY_WAIT", 0)
    made = Made()
    server = made.servers.running["kubernetes"]
    result = await made.calls.call(server, server.tools["get"], {"kind": "pods"}, Caller(ADA))
    assert isinstance(result, Failed)
    assert isinstance(result.error, ServerUnavailable)
