"""One call, from the decision whether it may be made to the answer, with the audit line that it leaves."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from mcp_types import ElicitRequestParams, ElicitResult
from pydantic import JsonValue

from ritsuko_api.access import Effect
from ritsuko_bot.access.policy import Callee, Decision, decide
from ritsuko_bot.answers.answer import Answer, Block, Code, Strong, say
from ritsuko_bot.answers.results import answer_of
from ritsuko_bot.calls import approving
from ritsuko_bot.calls.asker import Asker
from ritsuko_bot.calls.audit import Record
from ritsuko_bot.calls.dialogue import Dialogue
from ritsuko_bot.calls.pages import Page, Pages, following
from ritsuko_bot.commands import elicitation
from ritsuko_bot.mcp.call import Outcome, call
from ritsuko_bot.mcp.errors import CallFailed, ServerRefused
from ritsuko_bot.mcp.server import Server
from ritsuko_bot.mcp.servers import Servers
from ritsuko_bot.mcp.tools import Tool

Progress = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Turn:
    """Who gave a command, as which line, and what the place can do. No dialogue: nobody can be asked anything."""

    line: str
    asker: Asker
    progress: Progress
    dialogue: Dialogue | None = None


class Calling:
    """Makes calls for people, as far as the rules let them."""

    def __init__(self, servers: Servers) -> None:
        self.pages = Pages()
        self._servers = servers

    def decide(self, server: Server, tool: Callee, asker: Asker) -> Decision:
        """What would happen to a call, by the rules that hold now."""
        return decide(
            tool,
            server.policy,
            self._servers.config.access,
            server=server.name,
            person=asker.person,
            channel=asker.channel,
        )

    async def call(self, server: Server, tool: Tool, arguments: Mapping[str, JsonValue], turn: Turn) -> Answer:
        """Calls a tool."""

        async def make(fresh: bool) -> Outcome:
            return await call(
                self._still_there(server, tool),
                tool,
                arguments,
                user=turn.asker.user,
                progress=turn.progress,
                asking=asking(server.name, turn.dialogue),
                fresh=fresh,
            )

        def show(outcome: Outcome) -> Answer:
            page = following(Page(server.name, tool.name, arguments), tool, outcome.result)
            self.pages.keep(turn.asker, page)
            answer = answer_of(outcome.result, server=server.name, tool=tool.name, continues=page is not None)
            return answer if outcome.age is None else _with(answer, say(f"From the cache, {outcome.age:.0f} s old."))

        return await self.guarded(server, tool, arguments, turn, make, show)

    async def guarded(
        self,
        server: Server,
        callee: Callee,
        arguments: Mapping[str, JsonValue],
        turn: Turn,
        make: Callable[[bool], Awaitable[Outcome]],
        show: Callable[[Outcome], Answer],
    ) -> Answer:
        """Makes a call if the rules and, where they want it, a person let it through; and leaves the audit line.

        `make` is told whether it must not be answered from what was kept.
        """
        asker = turn.asker
        decision = self.decide(server, callee, asker)
        record = Record(asker.user, asker.where, server.name, callee.name, arguments)
        record.decision, record.effect = decision.rule, decision.effect.value
        try:
            if decision.effect is Effect.DENY:
                record.outcome = "denied"
                return _refused(decision)
            if asker.interrupted and not callee.read_only:
                record.outcome = "interrupted"
                return _failed(
                    say("I was ended while I ran this, and do not know how far it came: ", Code(turn.line), "."),
                    say("It may change something, so I did not run it again. Look first, then ask again if need be."),
                )
            if asker.late and not callee.read_only:
                record.outcome = "too late"
                return _failed(
                    say("You asked for this a while ago, when I was not there: ", Code(turn.line), "."),
                    say("It may change something, so I did not run it. Ask again if you still want it."),
                )
            if decision.effect is Effect.REQUIRE_APPROVAL:
                refusal = await self._approval(server, callee, arguments, turn, decision, record)
                if refusal is not None:
                    return refusal
            if turn.dialogue is not None and not callee.read_only:
                await turn.dialogue.announce()
            outcome = await make(decision.effect is Effect.REQUIRE_APPROVAL)
            record.outcome = "error" if outcome.result.is_error else "ok"
            record.cached = outcome.age
            answer = show(outcome)
            by = record.vote
            return answer if by is None else _with(answer, say("Approved by ", by.person.name, "."))
        except CallFailed as failure:
            record.outcome, record.error = type(failure).__name__, str(failure)
            return _failed(say(_sentence(str(failure))), *([say(failure.advice)] if failure.advice else []))
        finally:
            record.write()

    async def _approval(
        self,
        server: Server,
        callee: Callee,
        arguments: Mapping[str, JsonValue],
        turn: Turn,
        decision: Decision,
        record: Record,
    ) -> Answer | None:
        """Waits for an approval; what to say when the call may not go ahead."""
        if turn.dialogue is None:
            record.outcome = "not approved"
            cause, advice = approving.NOWHERE
            return _failed(
                say(Strong("Not allowed without an approval:"), " ", decision.reason, ". ", cause),
                say(advice, " ", decision.advice),
            )
        wanted = approving.request(turn.asker, decision, f"{server.name} {callee.name}", arguments)
        if not approving.readable(wanted):
            record.outcome = "not approved"
            return _failed(*map(say, approving.UNREADABLE))
        record.outcome = "approval abandoned"
        record.vote = await approving.approved(turn.dialogue, turn.asker, decision, wanted)
        if record.vote is None or not record.vote.approved:
            record.outcome = "not approved"
            return approving.not_approved(record.vote, turn.asker)
        # People took their time, and the rules may have changed meanwhile.
        now = self.decide(self._servers.running.get(server.name, server), callee, turn.asker)
        if now.effect is Effect.DENY:
            record.decision, record.effect, record.outcome = now.rule, now.effect.value, "denied"
            return _refused(now)
        return None

    def _still_there(self, server: Server, tool: Tool) -> Server:
        """The server that has this name now, if its tool is still the one that was asked for."""
        now = self._servers.running.get(server.name)
        if now is None:
            raise ServerRefused(f"{server.name} was taken away", "The list of servers has changed.")
        if now.tools.get(tool.name) != tool:
            raise ServerRefused(f"{server.name} changed meanwhile", "Ask again.")
        return now


def asking(server: str, dialogue: Dialogue | None) -> Callable[[ElicitRequestParams], Awaitable[ElicitResult]] | None:
    if dialogue is None:
        return None

    async def ask(params: ElicitRequestParams) -> ElicitResult:
        return await elicitation.answered(dialogue, server, params)

    return ask


def _refused(decision: Decision) -> Answer:
    return _failed(say(Strong("Not allowed:"), " ", decision.reason, "."), say(decision.advice))


def _failed(*blocks: Block) -> Answer:
    return Answer(blocks, failed=True)


def _with(answer: Answer, block: Block) -> Answer:
    return Answer((*answer.blocks, block), failed=answer.failed)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."
