"""The files of a message, uploaded and linked at its end."""

from __future__ import annotations

from collections.abc import Sequence

from ritsuko_bot.answers.answer import Answer, say
from ritsuko_bot.answers.markdown import Attachment, render
from ritsuko_bot.chat.zulip.errors import ZulipRefused
from ritsuko_bot.chat.zulip.outbox import Outbox


async def uploaded(outbox: Outbox, text: str, attachments: Sequence[Attachment]) -> str:
    """The text with a link to each file. A file that Zulip refuses is named instead."""
    for attachment in attachments:
        try:
            url = await outbox.upload(attachment.filename, attachment.data)
        except ZulipRefused as error:
            text += f"\n{_plain(f'Zulip did not accept the file {attachment.filename}: {error}')}"
        else:
            title = attachment.filename.replace("[", "(").replace("]", ")")
            text += f"\n[{title}]({url})"
    # A NUL is the one character that Zulip refuses in a message.
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _plain(text: str) -> str:
    return render(Answer((say(text),)), 1_000).text
