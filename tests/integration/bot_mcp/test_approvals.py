"""What changes something runs once somebody else lets it, and the audit line says who."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from ritsuko_bot.access.approval import Vote
from ritsuko_bot.access.person import Person
from ritsuko_bot.calls.approval import ApprovalRequest
from tests.integration.bot_mcp.processes import TOOLBOX, free_port, python_server, written
from tests.integration.bot_mcp.talk import ADA, GRACE, Scripted, Talk, at, config, talking

YES, NO = Vote(GRACE, approved=True), Vote(GRACE, approved=False)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return tmp_path / "notes"


@pytest.fixture
async def talk(notes: Path) -> AsyncIterator[Talk]:
    port = free_port()
    access = {"rules": [{"channels": ["ops"], "tools": ["echo"], "effect": "Deny"}]}
    async with (
        python_server(TOOLBOX, port, "--notes", str(notes)),
        talking(config(access=access, toolbox=at(port))) as talk,
    ):
        await talk.ready("toolbox")
        yield talk


def audit(caplog: pytest.LogCaptureFixture) -> dict[str, Any]:
    [line] = [record for record in caplog.records if record.name == "ritsuko_bot.audit"]
    return line.__dict__["audit"]


async def test_an_approved_call_runs_and_both_people_stand_in_the_audit_line(
    talk: Talk, notes: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dialogue = Scripted(vote=YES)
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        text = await talk.say("mcp toolbox write 'two words'", dialogue=dialogue)
    assert "written" in text
    assert "Approved by Grace." in text
    assert written(notes) == ["write two words"]
    [request] = dialogue.said
    assert "**Approval needed:** Ada asks for `toolbox write`" in request
    assert '"text": "two words"' in request
    fields = audit(caplog)
    assert (fields["user_id"], fields["approver_id"], fields["approver_email"]) == ("7", "8", "grace@example.com")
    assert (fields["effect"], fields["approved"], fields["outcome"]) == ("RequireApproval", True, "ok")


@pytest.mark.parametrize(
    ("vote", "said"),
    [
        (NO, "Grace rejected it"),
        (Vote(ADA.person, approved=False), "you withdrew it"),
        # None of these counts, so the time runs out.
        (Vote(ADA.person, approved=True), "no approver reacted within 10 minutes"),
        (Vote(Person(dataclasses.replace(GRACE.user, role="member"), "Max"), approved=True), "no approver reacted"),
        (None, "no approver reacted"),
    ],
)
async def test_what_is_not_approved_does_not_run(
    vote: Vote | None, said: str, talk: Talk, notes: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="ritsuko_bot.audit"):
        text = await talk.say("mcp toolbox write x", dialogue=Scripted(vote=vote))
    assert said in text
    assert written(notes) == []
    assert audit(caplog)["outcome"] == "not approved"


async def test_rules_that_changed_while_people_thought_hold(talk: Talk, notes: Path) -> None:
    class Slow(Scripted):
        async def approve(self, request: ApprovalRequest) -> Vote | None:
            now = talk.servers.config
            denied = config(access={"rules": [{"tools": ["write"], "effect": "Deny"}]})
            await talk.servers.apply(denied.model_copy(update={"mcp_servers": now.mcp_servers}))
            return await super().approve(request)

    text = await talk.say("mcp toolbox write x", dialogue=Slow(vote=YES))
    assert "access rule 1 says Deny" in text
    assert written(notes) == []


async def test_a_rule_holds_where_it_says(talk: Talk) -> None:
    in_ops = dataclasses.replace(ADA, channel="ops")
    assert "access rule 1 says Deny" in await talk.say("mcp toolbox echo hi", asker=in_ops)
    assert "hi" in await talk.say("mcp toolbox echo hi", asker=dataclasses.replace(ADA, channel="general"))


async def test_an_old_command_is_not_even_asked_about(talk: Talk) -> None:
    dialogue = Scripted(vote=YES)
    text = await talk.say("mcp toolbox write x", asker=dataclasses.replace(ADA, late=True), dialogue=dialogue)
    assert "Send it again if you still want it" in text
    assert dialogue.said == []


async def test_nobody_is_asked_to_approve_what_they_cannot_read(talk: Talk, notes: Path) -> None:
    dialogue = Scripted(vote=YES)
    assert "an approver could not read all of them" in await talk.say(
        f"mcp toolbox write {'x' * 5_000}", dialogue=dialogue
    )
    assert dialogue.said == []
    assert written(notes) == []
