from __future__ import annotations

import pytest

from ritsuko_bot.answers.answer import Answer, Code, CodeBlock, File, Image, Spoiler, Strong, Table, WebLink, say
from ritsuko_bot.answers.markdown import render
from tests.unit.bot_answers.zulip_markdown import effects, outside_code


def text_of(*blocks: object) -> str:
    return render(Answer(blocks)).text  # type: ignore[arg-type]


def test_a_short_answer_is_prose_and_a_table_in_a_code_block() -> None:
    table = Table(("name", "ready"), (("web", "1"), ("日本", "10")), frozenset({1}))
    assert text_of(say("Found ", Strong("2"), " pods in ", Code("default"), "."), table) == (
        "Found **2** pods in `default`.\n\n```text\nname  ready\nweb       1\n日本     10\n```"
    )


@pytest.mark.parametrize(
    "hostile",
    [
        "@**all** @**Ada|7** @_**Ada** @*ops* @all",
        "[click](https://evil.example) ![x](https://evil.example/x.png)",
        "see https://evil.example/?q=1 or www.evil.example or evil.example.com",
        "#**ops** #**ops>topic** #123",
        "`a` ``b`` ``` c ~~~",
        "```\nout\n```",
        "/poll who\n/me waves",
        "> quote\n# heading",
        "$$x$$ <time:2026-01-01T00:00:00Z> !avatar(ada@example.com)",
        "````\n@**all**\n```\n@**all**",
        "\\`@**all**` \\",
        "a ` b",
    ],
)
def test_nothing_that_others_wrote_takes_effect(hostile: str) -> None:
    blocks = (
        say(hostile),
        say("Name: ", Code(hostile), Code(hostile), hostile, Strong(hostile)),
        CodeBlock(hostile, language=hostile, name=hostile),
        Table((hostile, "b"), ((hostile, hostile),), name=hostile),
        Spoiler(hostile, (CodeBlock(hostile), say(hostile))),
        File(hostile, "text/plain", b"x"),
    )
    rendered = render(Answer(blocks))
    assert effects(rendered.text) == []
    assert all("/" not in a.filename and "\n" not in a.filename and "]" not in a.filename for a in rendered.attachments)


def test_ordinary_sentences_stay_as_they_are() -> None:
    sentence = 'Found 3 of 40 pods (2 not ready), newest first: it\'s "fine" - 50 % done; ok?'
    assert text_of(say(sentence)) == sentence


def test_names_inside_sentences_are_set_off_without_the_punctuation() -> None:
    assert text_of(say("Metric cpu_usage, from kube-system (see up{a=b}[5m]).")) == (
        "Metric `cpu_usage`, from kube-system (see `up{a=b}[5m]`)."
    )


def test_a_link_of_our_own_is_a_link() -> None:
    link = WebLink("Open [in] Prometheus", 'https://prometheus.example/graph?g0.expr=up{a="b"}(1)')
    assert text_of(say(link)) == (
        "[Open  in  Prometheus](https://prometheus.example/graph?g0.expr=up%7Ba=%22b%22%7D%281%29)"
    )
    assert "](" not in text_of(say(WebLink("x", "javascript:alert(1)")))


def test_a_long_block_is_folded_and_says_how_much_there_is() -> None:
    lines = [f"line {n}" for n in range(100)]
    rendered = render(Answer((CodeBlock("\n".join(lines)),)))
    assert rendered.attachments == ()
    assert "spoiler 70 more lines (100 in total)" in rendered.text
    assert all(line in rendered.text.splitlines() for line in lines)
    assert outside_code(rendered.text).split("\n\n") == [
        "100 lines; 100 look like .",
        "",
        " 70 more lines (100 in total)\n",
    ]


def test_rows_that_are_folded_keep_their_header() -> None:
    table = Table(("pod", "node"), tuple((f"pod-{n}", "node-1") for n in range(60)))
    text = render(Answer((table,))).text
    assert text.count("pod     node") == 2
    assert "30 more rows (60 in total)" in text


def test_what_is_longer_than_a_message_is_attached_whole() -> None:
    body = "\n".join(f"line {n}" for n in range(5_000))
    rendered = render(Answer((say("The logs:"), CodeBlock(body, name="kubernetes-logs"))))
    [attachment] = rendered.attachments
    assert attachment.filename == "kubernetes-logs.txt"
    assert attachment.data.decode() == body
    assert "Shown: 10 of 5000 lines (49 kB). The attached file has all of it." in rendered.text
    assert len(rendered.text) < 1_000


@pytest.mark.parametrize("limit", [1_000, 10_000])
def test_a_message_is_never_longer_than_the_limit(limit: int) -> None:
    blocks = tuple(block for n in range(200) for block in (say(f"Part {n}"), CodeBlock("x" * 90 + f"\n{n}" * 20)))
    rendered = render(Answer(blocks), limit)
    assert len(rendered.text) + 200 * len(rendered.attachments) <= limit
    assert effects(rendered.text) == []
    [whole] = [a for a in rendered.attachments if a.filename == "answer.md"]
    assert b"Part 199" in whole.data
    assert "The whole answer has" in rendered.text


def test_a_wide_table_says_which_columns_it_leaves_out() -> None:
    columns = tuple(f"column_{n}" for n in range(20))
    text = text_of(Table(columns, (("a value of some length",) * 20,)))
    assert max(len(line) for line in text.splitlines() if not line[:1].isdigit()) <= 120
    assert "12 columns are not shown because the table is too wide: `column_8`, " in text
    assert "`column_17` and 2 more." in text


def test_what_a_result_has_no_room_for_in_its_table_comes_as_a_file() -> None:
    columns = tuple(f"column_{n}" for n in range(20))
    table = Table(columns, (("a value of some length",) * 20,), name="wide", complete=True)
    rendered = render(Answer((table,)))
    [file] = rendered.attachments
    assert file.filename == "wide.txt"
    assert file.data.decode().count("a value of some length") == 20
    assert rendered.text.endswith("Cells that end in … are truncated. The attached file has all of it.")
    assert render(Answer((Table(("a",), (("b",),), complete=True),))).attachments == ()


def test_a_table_that_is_attached_for_its_length_is_attached_once() -> None:
    table = Table(("a", "b"), (("x" * 100, "y" * 100),) * 500, complete=True)
    assert len(render(Answer((table,))).attachments) == 1


def test_pictures_are_attached() -> None:
    rendered = render(Answer((Image("graph.png", "image/png", b"png"),)))
    assert [(a.filename, a.media_type, a.data) for a in rendered.attachments] == [("graph.png", "image/png", b"png")]


def test_of_very_many_files_the_first_are_attached() -> None:
    rendered = render(Answer(tuple(File(f"{n}.txt", "text/plain", b"x") for n in range(60))))
    assert len(rendered.attachments) == 10
    assert "Attached: 10 of 60 files." in rendered.text
