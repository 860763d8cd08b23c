"""The name of an error: the same in every window, on every day, whatever else was logged around it.

It is a hash of the constant words of the record's message: what is left when secrets, numbers, ids and whatever else
`masking` knows to be variable are gone. So it depends on that one record alone, not on what else is in the window nor
on the order of arrival, and needs no store.

Where it cannot be stable: a variable part that looks like any other word (a user's name in running text) is taken for
constant, so such an error has a fingerprint for each name. Drain puts them into one group once there are eight names,
or where four of five words are the same. Until then each name is an error of its own, since two words in one place may
as well be two errors (`started`, `stopped`). A group goes by the fingerprint of its alphabetically first message and
answers to those of all its messages. A release that changes the words, or the function that raised it, makes it another
error.
"""

import hashlib
import re
from collections.abc import Callable, Sequence

from ritsuko_mcp_logs.lines.stream import plain
from ritsuko_mcp_logs.mining.digit_runs import collapsed_digits
from ritsuko_mcp_logs.mining.masking import MASK, constant, hide_ids, mask, tokens
from ritsuko_mcp_logs.mining.message import message
from ritsuko_mcp_logs.mining.stack_traces import essence, part_of

Redact = Callable[[str], str]
_LENGTH = 10
_LONGEST_MESSAGE = 1_000
_LONGEST_PLACE = 200
_REDACTED = re.compile(rb"\[redacted-[^\]]*\]")


def without_secrets(lines: Sequence[bytes], redact: Redact) -> list[bytes]:
    """The lines with a mark for every secret. This comes before masking: half a masked secret is known as none."""
    clean = redact(plain(b"\n".join(lines)).decode(errors="replace")).encode()
    return _REDACTED.sub(MASK, clean).split(b"\n")


def masked(lines: Sequence[bytes]) -> tuple[bytes, bytes]:
    """What a record, whose lines come without timestamps, says and where, with marks for all that is variable."""
    said, place = essential([hide_ids(collapsed_digits(plain(line))) for line in lines])
    return mask(said), mask(place)


def essential(lines: Sequence[bytes]) -> tuple[bytes, bytes]:
    """What is said in a record and where, before masking. Its lines were squashed and have no ids any more."""
    if len(lines) == 1:
        return message(lines[0])[:_LONGEST_MESSAGE], b""
    parts = [(part_of(line), line) for line in lines]
    said, place = essence([(parts[0][0], message(lines[0])), *parts[1:]])
    return said[:_LONGEST_MESSAGE], place[:_LONGEST_PLACE]


def fingerprint(lines: Sequence[bytes], redact: Redact) -> str:
    """Ten hexadecimal digits for a record, given as its lines without timestamps. Secrets don't enter it."""
    said, place = masked(without_secrets(lines, redact))
    words = b" ".join([*tokens(said), place])
    return hashlib.sha256(constant(words) or words).hexdigest()[:_LENGTH]
