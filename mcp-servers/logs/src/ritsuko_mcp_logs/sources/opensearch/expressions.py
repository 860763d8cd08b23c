"""What a text must have for a regular expression (RE2) to be found in it, read off the expression: its plain parts.

https://github.com/google/re2/wiki/Syntax
"""

import re

GAP = "\x00"
"""Stands for whatever else may be in its place."""

_FLAGS = re.compile(r"\(\?[a-zA-Z-]+\)")
_ATOM = re.compile(
    r"(?P<group>\((?!\?[a-zA-Z-]+\)))|(?P<end>\))|(?P<either>\|)"
    r"|(?P<once>\+|\{[1-9]\d*(?:,\d*)?\})|(?P<maybe>[*?]|\{0+(?:,\d*)?\})"
    r"|(?P<any>[.^$]|\\[dDwWsSbBAzafnrtvC]|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\])"
    r"|\\(?P<escaped>[^\w\s])|(?P<plain>[^\\\[(])",
    re.DOTALL | re.ASCII,
)


def plain_parts(expression: str) -> str:
    """The parts that are there in whatever case in every text with a match, in their order, with gaps between them.

    Only gaps for an expression with alternatives, or with more in it than is understood here.
    """
    parts: list[str] = []
    position = leading.end() if (leading := _FLAGS.match(expression)) else 0
    depth = 0
    while position < len(expression):
        atom = _ATOM.match(expression, position)
        if atom is None or (atom["either"] and not depth):
            return GAP
        position = atom.end()
        if atom["group"]:
            depth += 1
        elif atom["end"]:
            depth -= 1
            parts.append(GAP)
        elif depth:
            continue
        elif atom["maybe"]:
            # Behind a repetition it makes that lazy, and what is repeated is there all the same.
            parts[-1:] = [GAP]
        elif atom["once"] or atom["any"]:
            parts.append(GAP)
        else:
            parts.append(atom["escaped"] or atom["plain"])
    return "".join(parts)
