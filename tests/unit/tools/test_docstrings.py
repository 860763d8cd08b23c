"""Docstrings and comments as Markdown, where they are in the source."""

from tools.docstrings import as_markdown

SOURCE = '''"""A module.

    an example that stays as it is
"""

X = "not prose"  # a comment


def f(x: int) -> int:
    """Double it.

    Args:
        x: the number,
            which may be negative.

    Raises:
        ValueError: never.
    """
    return 2 * x  # noqa: RUF100
'''


def test_each_line_is_where_it_was() -> None:
    lines = as_markdown(SOURCE).splitlines()
    assert lines[:6] == ["A module.", "", "    an example that stays as it is", "", "", "- a comment"]
    assert lines[9:17] == [
        "Double it.",
        "",
        "Args:",
        "- x: the number,",
        "  which may be negative.",
        "",
        "Raises:",
        "- ValueError: never.",
    ]
    assert "noqa" not in as_markdown(SOURCE)
