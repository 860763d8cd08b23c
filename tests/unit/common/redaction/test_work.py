"""The redactor's work grows with the length of a text and no faster, whatever the text repeats."""

from __future__ import annotations

import time

import pytest

from ritsuko_common.redaction.redactor import redacted

_LONG = 64_000
_PIECES = [
    "a",
    "password ",
    "password=",
    "password: a ",
    "token ",
    "a-",
    "a.",
    "=",
    '"',
    "'",
    "\\",
    '\\"',
    "{",
    "[",
    "<",
    "<password>",
    "<a:password>",
    "password%3D",
    "%3D",
    "%25",
    "&#61;",
    "&quot;",
    "\\u003d",
    "://",
    "http://a:b",
    "a:b@",
    "@",
    "sk-",
    "glpat-",
    "ghp_",
    "eyJ",
    "eyJa.",
    "-----BEGIN ",
    "-----BEGIN A-----",
    "\n",
    " ",
    "A" * 64 + "\n",
    "A" * 63 + "\n",
    "A1b",
    "bearer ",
    "authorization: ",
    "cookie",
    "x-a-",
    "identified by '",
    "set password ",
    "mysql -p",
    "login ",
    "echo a |",
    "curl -u a",
    "-u a:",
    "redis-cli ",
    "name: password value: ",
    "value=a name=",
    "AUTH ",
    "LOGIN a ",
    "PASS ",
    "$6$",
    "{SHA}",
    "AKIA" + "A" * 16 + " ",
    "a0.",
    "1:2:3:",
    "?code=",
    "?sig=",
    "/hooks/",
    "sqlplus a/",
    "password:\n ",
    "password: |\n a\n",
    "Password=a;",
    "pa\u200bss",
    "\x1b[0m",
    "パスワード",
    "secret-a: ",
    "api key ",
    "login a password ",
    "<name>password</name>",
    '"--password", ',
    '"AUTH" ',
    "scrypt:",
    "openssl -pass a ",
    "a, ",
    "é",
]


def _least(text: str) -> float:
    """Seconds of this thread's own time, the least of three runs."""
    taken: list[float] = []
    for _ in range(3):
        started = time.thread_time()
        redacted(text)
        taken.append(time.thread_time() - started)
    return min(taken)


@pytest.mark.parametrize("end", ["", "!\n"], ids=["bare", "ended"])
@pytest.mark.parametrize("piece", _PIECES)
def test_twice_the_text_is_about_twice_the_work(piece: str, end: str) -> None:
    text = (piece * (_LONG // len(piece) + 1))[:_LONG]
    whole = _least(text + end)
    # What is quadratic takes seconds, and four times as long for twice the text; a quick answer needs no comparison.
    assert whole < 0.1 or (whole < 1.5 and whole < 3 * _least(text[: _LONG // 2] + end))
