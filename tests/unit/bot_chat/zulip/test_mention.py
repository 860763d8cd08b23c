"""What was said to the bot, out of what was written."""

import pytest

from ritsuko_bot.chat.zulip.mention import said_to


@pytest.mark.parametrize(
    ("content", "line"),
    [
        ("@**Ritsuko** mcp list", "mcp list"),
        ("@**Ritsuko|14** mcp list", "mcp list"),
        ("@**RITSUKO** mcp list", "mcp list"),
        ("  @**Ritsuko**: mcp list", "mcp list"),
        ("@**Ritsuko**, mcp list  ", "mcp list"),
        ("@**Ritsuko** @**Ritsuko** mcp list", "mcp list"),
        ("@**Ritsuko**\nmcp list", "mcp list"),
        ("please @**Ritsuko** mcp list", "mcp list"),
        ("mcp list @**Ritsuko**", "mcp list"),
        ("@**Ritsuko**", ""),
        ("@**Old name|14** mcp list", "mcp list"),
        ("@**Ritsuko** mcp logs search @**Ritsuko**", "mcp logs search @**Ritsuko**"),
        ("@*oncall* mcp list", None),
        ("@**Ritsuko2** mcp list", None),
        ("@**Somebody|15** mcp list", None),
    ],
)
def test_the_line(content: str, line: str | None):
    assert said_to(content, name="Ritsuko", user_id=14) == line


def test_a_name_with_special_characters_is_taken_literally():
    assert said_to("@**R.*(x)** hi", name="R.*(x)", user_id=14) == "hi"
    assert said_to("@**Rabc(x)** hi", name="R.*(x)", user_id=14) is None
