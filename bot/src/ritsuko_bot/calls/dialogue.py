"""What a gateway can do beyond one answer: ask the asker something, and have somebody approve."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from ritsuko_bot.access.approval import Vote
from ritsuko_bot.answers.answer import Answer


class Dialogue(Protocol):
    """The conversation that a command was given in. A gateway makes one for every command, if it can.

    Either method may be cancelled at any time: what it waits for is then not waited for any more.
    """

    async def announce(self) -> None:
        """Returns when everybody can see that the command runs, which outlasts the bot: whoever takes over knows then
        that it was begun, and does not begin it a second time. For commands that change something.
        """
        ...

    async def ask(self, question: Answer, *, within: float) -> str | None:
        """Posts a question where the command was given, and returns the asker's next message there.

        None: there was none within so many seconds. That message is an answer and no command: nobody else handles it.
        """
        ...

    async def vote(self, request: Answer, counts: Callable[[Vote], bool], *, within: float) -> Vote | None:
        """Posts a request where the command was given, and returns the first vote that counts.

        A 👍 on the request approves, a 👎 refuses; the gateway adds both to it, so that one click is enough, and its
        own do not count. Who votes is looked up then, with role and groups as they are at that time. None: no vote
        that counts within so many seconds.
        """
        ...
