"""An answer or a question as the text of a message, its files uploaded."""

from __future__ import annotations

from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.answers.markdown import render
from ritsuko_bot.chat.zulip.errors import Refused
from ritsuko_bot.chat.zulip.outbox import Outbox


async def composed(outbox: Outbox, answer: Answer, limit: int) -> str:
    """The text, of `limit` characters at most, with a link to each file. A file that Zulip refuses is named in it."""
    text, attachments = render(answer, limit)
    for attachment in attachments:
        try:
            url = await outbox.upload(attachment.filename, attachment.data)
        except Refused as error:
            text += f"\n{_plain(f'The file {attachment.filename} was not taken by Zulip: {error}')}"
        else:
            title = attachment.filename.replace("[", "(").replace("]", ")")
            text += f"\n[{title}]({url})"
    # A NUL is the one character that Zulip refuses in a message.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _plain(text: str) -> str:
    return render(Answer((say(text),)), 1_000).text
