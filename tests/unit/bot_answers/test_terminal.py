from __future__ import annotations

from ritsuko_bot.answers.answer import Answer, Code, CodeBlock, Image, Spoiler, Strong, Table, say
from ritsuko_bot.answers.terminal import render

HOSTILE = "\x1b[31mred\x1b[0m\x07\x9b2J\u202eabc"


def test_an_answer_in_plain_text() -> None:
    table = Table(("name", "n"), (("web", "1"), ("db", "20")), frozenset({1}))
    answer = Answer((say("Two pods in ", Code("default"), "."), table, Spoiler("more", (CodeBlock("x\ny"),))))
    assert render(answer, colour=False, width=80) == (
        "Two pods in `default`.\n  name   n\n  web    1\n  db    20\n-- more\n  x\n  y"
    )


def test_only_our_own_escape_sequences_reach_the_terminal() -> None:
    answer = Answer((
        say(HOSTILE, Strong(HOSTILE), Code(HOSTILE)),
        CodeBlock(HOSTILE),
        Table((HOSTILE,), ((HOSTILE,),)),
        Spoiler(HOSTILE, (say(HOSTILE),)),
        Image(HOSTILE, HOSTILE, b""),
    ))  # fmt: skip
    plain = render(answer, colour=False, width=80)
    assert not set(plain) & set("\x1b\x07\x9b\u202e")
    coloured = render(answer, colour=True, width=80)
    assert set(coloured) - set(plain) <= set("\x1b") | set("[0123456m")


def test_tables_fit_the_terminal() -> None:
    table = Table(("name", "text"), (("a", "x" * 200), ("b", "日本語" * 40)))
    lines = render(Answer((table,)), colour=False, width=60).splitlines()
    assert all(len(line) <= 60 for line in lines)
    assert lines[1].endswith("…")
