"""One call, from the access decision to the result, with its audit entry and its metrics."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from mcp_types import ElicitRequestParams, ElicitResult
from pydantic import JsonValue

from ritsuko_api.access import Effect
from ritsuko_bot.access.policy import Callee, Decision, decide
from ritsuko_bot.calls.approval import ApprovalRequest, RequestTooLong
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.audit import AuditEntry
from ritsuko_bot.calls.caller import Caller
from ritsuko_bot.calls.dialogue import Dialogue
from ritsuko_bot.calls.pages import Page, Pages, following
from ritsuko_bot.calls.result import (
    CallResult,
    Completed,
    Denied,
    Failed,
    Interrupted,
    NoApproval,
    NotApproved,
    TooLate,
)
from ritsuko_bot.mcp.call import Outcome, call
from ritsuko_bot.mcp.errors import CallFailed, ServerRefused
from ritsuko_bot.mcp.questions import Asking
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.mcp.tools import Tool
from ritsuko_bot.metrics import Metrics


class Calls:
    """Makes calls on behalf of people, as far as the access rules allow. Safe to use from many tasks at once."""

    def __init__(self, servers: Servers, metrics: Metrics) -> None:
        self._servers = servers
        self._metrics = metrics
        self._pages = Pages()

    def decide(self, server: Server, tool: Callee, asker: Asker) -> Decision:
        """What the rules that apply now say about a call."""
        return decide(
            tool,
            server.policy,
            self._servers.config.access,
            server=server.name,
            person=asker.person,
            channel=asker.channel,
        )

    def next_page(self, asker: Asker) -> Page | None:
        """The call that gets the page after the last result the asker got in this place; None if that was complete."""
        return self._pages.get(asker)

    async def call(self, server: Server, tool: Tool, arguments: Mapping[str, JsonValue], caller: Caller) -> CallResult:
        """Calls a tool."""

        async def send(fresh: bool) -> Outcome:
            return await call(
                self._current(server, tool),
                tool,
                arguments,
                user=caller.asker.user,
                progress=caller.progress,
                asking=asking(server, caller),
                fresh=fresh,
            )

        result = await self.request(server, tool, arguments, caller, send)
        if isinstance(result, Completed):
            page = following(Page(server.name, tool.name, arguments), tool, result.result)
            self._pages.keep(caller.asker, page)
            result = replace(result, page=page)
        return result

    async def request(
        self,
        server: Server,
        callee: Callee,
        arguments: Mapping[str, JsonValue],
        caller: Caller,
        send: Callable[[bool], Awaitable[Outcome]],
    ) -> CallResult:
        """Any request to a server: runs `send` if the rules, and where they require it an approver, allow it.

        `send` gets whether it must not answer from the cache, and may raise `CallFailed`.
        """
        entry = AuditEntry(caller.asker.user, caller.asker.where, server.name, callee.name, arguments)
        began = time.monotonic()
        try:
            return await self._request(server, callee, arguments, caller, send, entry)
        except CallFailed as error:
            entry.outcome, entry.error = type(error).__name__, str(error)
            return Failed(error)
        finally:
            seconds = time.monotonic() - began
            entry.write(seconds)
            self._metrics.calls.labels(server.name, callee.name, entry.outcome).inc()
            self._metrics.call_seconds.labels(server.name).observe(seconds)

    async def _request(
        self,
        server: Server,
        callee: Callee,
        arguments: Mapping[str, JsonValue],
        caller: Caller,
        send: Callable[[bool], Awaitable[Outcome]],
        entry: AuditEntry,
    ) -> CallResult:
        decision = self.decide(server, callee, caller.asker)
        entry.decide(decision)
        needs_approval = decision.effect is Effect.REQUIRE_APPROVAL
        if decision.effect is Effect.DENY:
            entry.outcome = "denied"
            return Denied(decision)
        if not callee.read_only and caller.asker.interrupted:
            entry.outcome = "interrupted"
            return Interrupted()
        if not callee.read_only and caller.asker.late:
            entry.outcome = "too late"
            return TooLate()
        if needs_approval:
            request = ApprovalRequest(caller.asker, decision, server.name, callee.name, arguments)
            refusal = await self._approval(request, caller.dialogue, entry)
            if refusal is not None:
                return refusal
            # The rules may have changed while people took their time.
            now = self.decide(self._servers.running.get(server.name, server), callee, caller.asker)
            if now.effect is Effect.DENY:
                entry.decide(now)
                entry.outcome = "denied"
                return Denied(now)
        if caller.dialogue is not None and not callee.read_only:
            await caller.dialogue.announce()
        outcome = await send(needs_approval)
        entry.outcome = "error" if outcome.result.is_error else "ok"
        entry.cached = outcome.age
        return Completed(outcome.result, outcome.age, approved_by=entry.vote.person if entry.vote is not None else None)

    async def _approval(
        self, request: ApprovalRequest, dialogue: Dialogue | None, entry: AuditEntry
    ) -> NotApproved | None:
        """Waits for an approval; None when there is one."""
        entry.outcome = "not approved"
        if dialogue is None:
            return NotApproved(request.decision, NoApproval.NOBODY_TO_ASK)
        entry.outcome = "approval abandoned"
        try:
            vote = entry.vote = await dialogue.approve(request)
        except RequestTooLong:
            entry.outcome = "not approved"
            return NotApproved(request.decision, NoApproval.TOO_LONG)
        if vote is not None and vote.approved:
            entry.outcome = "cancelled"
            return None
        entry.outcome = "not approved"
        if vote is None:
            return NotApproved(request.decision, NoApproval.EXPIRED)
        withdrawn = vote.person.user.id == request.asker.user.id
        return NotApproved(request.decision, NoApproval.WITHDRAWN if withdrawn else NoApproval.REJECTED, vote.person)

    def _current(self, server: Server, tool: Tool) -> Server:
        """The server that has this name now, if it still offers the same tool."""
        now = self._servers.running.get(server.name)
        if now is None:
            raise ServerRefused(f"{server.name} was removed", "The list of servers has changed.")
        if now.tools.get(tool.name) != tool:
            raise ServerRefused(f"{tool.name} of {server.name} has changed meanwhile", "Run the command again.")
        return now


def asking(server: Server, caller: Caller) -> Asking | None:
    """What answers the questions of the server during a call; None where nobody can be asked."""
    dialogue = caller.dialogue
    if dialogue is None:
        return None

    async def ask(question: ElicitRequestParams) -> ElicitResult:
        return await dialogue.elicit(server.name, question)

    return ask
