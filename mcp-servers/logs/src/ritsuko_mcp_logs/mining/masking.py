"""The variable parts of a line, each replaced by one mark, so that what stays is the message.

All of it works on squashed text (`0` for every number), so whether two lines are masked alike never depends on what the
numbers in them are.
"""

import re
from collections.abc import Sequence

MASK = b"<*>"
_MOST_WORDS = 60
# A word, hyphens and underscores included, with two runs of digits or more: ids, UUIDs, dates, names of pods.
# Bounded, as every pattern here must be: lines come from anybody, and none may take long.
_ID = re.compile(rb"\b[A-Za-z_-]{0,64}+0[A-Za-z_-]{0,64}+0[A-Za-z_0-]*+")

_VARIABLE = re.compile(
    rb"""(?<![\w.+-])[\w.+-]++@[\w-]++(?:\.[\w-]++)+                                              # mail addresses
    | (?<![=:\w])"[^\s"]+" | (?<![=:\w])'[^\s']+'                               # one quoted word: a name
    | (?<=\?)[^\s"'<>?]*=[^\s"'<>]*                                             # the query of a URL
    | (?<![\w.:/])/(?:var|tmp|home|etc|usr|opt|proc|run|data|mnt|dev|sys|root|srv)/[^\s"',;:)\]}]*
    # IPv6, MAC, times
    | (?<![\w:])(?=[A-Fa-f]*(?:[0<]|::|:[A-Fa-f:]*[0<]))(?:(?:[0A-Fa-f]|<\*>)*:){2,}(?:[0A-Fa-f]|<\*>)*(?:%\w+)?(?!\w)
    | \b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?=[ /-]+0) | \b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?=,?[ ][\w])
    | (?<![\w.])0x[0A-Fa-f]+
    | \b(?=[A-Fa-f]*0)[0A-Fa-f]{5,}\b | \b[A-Fa-f]{16,}\b                       # hex
    | (?<![\w+/-])(?=[A-Za-z+/_-]*0)[A-Za-z0+/_-]{24,}=*                                   # base64
    # a pod: its name, the hash of its ReplicaSet, its own five letters, of an alphabet without vowels
    | (?<![\w-])[a-z][a-z0-]{0,64}-(?:(?=[b-z]*0)[b-df-hj-np-tv-xz0]{4,10}|[b-df-hj-np-tv-xz]{8,10})
      -[b-df-hj-np-tv-xz0]{2,5}\b
    | (?:(?<=[\s=:(\[,"'])[-+]|^[-+])?0(?:[.,]0)*                               # numbers, with their units
      (?:%|(?:[num]?s|\xc2\xb5s|min|[mhd]|[KMGTPkmgtp]i?[Bb]?(?:ps|/s)?|B)\b)?
    """,
    re.VERBOSE,
)
_ADJACENT = re.compile(rb"<\*>(?:(?:[.:/_+-]|,[ ]?|[TZ](?=<\*>))?<\*>)+Z?")
# Where tokens end: blanks, and behind the = of key=value, the comma and the brackets around things.
_BOUNDARY = re.compile(rb"(?<==)(?=[^\s=])|(?<=[,;(\[{])(?=\S)|(?<=\S)(?=[)\]},;])")

_SIGNS = b".,:;-_/()[]{}<>=\"'"


def hide_ids(text: bytes) -> bytes:
    """Squashed text (of any number of lines) with a mark for every id."""
    return _ID.sub(MASK, text)


def mask(text: bytes) -> bytes:
    """Squashed text of one line with a mark for everything that looks variable, adjacent ones as one."""
    return _ADJACENT.sub(MASK, _VARIABLE.sub(MASK, hide_ids(text)))


def tokens(masked: bytes) -> tuple[bytes, ...]:
    """The words that Drain compares: `a=b` are two, so is `(x`. Of a long message the first sixty."""
    return tuple(_BOUNDARY.sub(b" ", masked).split(maxsplit=_MOST_WORDS)[:_MOST_WORDS])


def constant(masked: bytes) -> bytes:
    """The words that are left without marks and signs alone."""
    return b" ".join(word for word in masked.replace(MASK, b" ").split() if word.strip(_SIGNS))


def with_wildcards(masked: bytes, template: Sequence[bytes]) -> bytes:
    """A masked message with a mark for each word that is one in the template, if they are of equal length."""
    words = tokens(masked)
    if len(words) != len(template):
        return masked
    out: list[bytes] = []
    position = 0
    for word, general in zip(words, template, strict=True):
        start = masked.index(word, position)
        out += [masked[position:start], MASK if general == MASK else word]
        position = start + len(word)
    return _ADJACENT.sub(MASK, b"".join(out) + masked[position:])
