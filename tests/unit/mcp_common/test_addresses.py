"""Addresses keep what they carry, to the letter, except for secrets."""

from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.redaction.redactor import Redaction
from ritsuko_mcp_common.addresses import redacted_address

SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def opened(url: str) -> dict[str, list[str]]:
    """The parameters as the page gets them."""
    parts = urlsplit(url)
    assert not parts.fragment
    return parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)


@pytest.mark.parametrize(
    "query",
    ['up{a="b&c#d"}  > 1', "rate(up[5m])\n  + 1 # a comment & more", '  up\t{a="+%26?="}  '],
    ids=["two blanks", "two lines", "blanks around"],
)
def test_an_address_without_a_secret_is_left_as_it_is(query: str) -> None:
    url = f"https://p.example/graph?g0.expr={quote(query, safe='')}&g0.tab=0"
    redaction = Redaction()
    assert redacted_address(url, redaction) == url
    assert redaction.total == 0


def test_around_a_secret_everything_else_stays_as_it_was() -> None:
    query = f'up{{a="b&c#d",  token="{SECRET}"}}\n > 1 # c'
    redaction = Redaction()
    cleaned = redacted_address(f"https://p.example/graph?g0.expr={quote(query, safe='')}&g0.tab=0", redaction)
    assert opened(cleaned) == {
        "g0.expr": ['up{a="b&c#d",  token="[redacted-token]"}\n > 1 # c'],
        "g0.tab": ["0"],
    }
    assert redaction.total == 1


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("https://h/x?token=abc%20def&y=1", "https://h/x?token=%5Bredacted-value%5D&y=1"),
        ("https://bob:hun?t&e#r2@h/x?y=1", "https://bob:%5Bredacted-password%5D@h/x?y=1"),
        ("https://h:9090/x?y=a@b&z=1", "https://h:9090/x?y=a@b&z=1"),
        ("https://bob:hunter2@h:9090/x?y=1#z", "https://bob:%5Bredacted-password%5D@h:9090/x?y=1#z"),
        ("https://h/x#access_token=abcdefgh&y=1", "https://h/x#access_token=%5Bredacted-value%5D&y=1"),
        ("https://h/x?sig=0123456789abcdef", "https://h/x?sig=%5Bredacted-signature%5D"),
        (
            "https://hooks.slack.com/services/T0000/B000/XXXXXXXX",
            "https://hooks.slack.com/services/%5Bredacted-webhook%5D",
        ),
    ],
)
def test_a_secret_is_found_in_every_part(url: str, cleaned: str) -> None:
    assert redacted_address(url, Redaction()) == cleaned


@given(text=st.text(max_size=60), before=st.text(max_size=20), after=st.text(max_size=20))
def test_no_text_around_it_brings_a_secret_out(text: str, before: str, after: str) -> None:
    carried = quote(f"{before} {SECRET} {after}", safe="", errors="replace")
    cleaned = redacted_address(f"https://h/x?a={quote(text, safe='', errors='replace')}&b={carried}", Redaction())
    assert SECRET not in unquote(cleaned)
