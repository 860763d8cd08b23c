"""What an answer looks like as text."""

from ritsuko_mcp_common import Envelope
from ritsuko_mcp_common.text import render


def test_no_control_character_of_somebody_elses_reaches_a_terminal() -> None:
    erase = "\x1b[2J"
    told = render(Envelope(summary=f"it said {erase}", data=[{"A": erase}], warnings=[erase], hints=[erase]))
    assert "\x1b" not in told
    assert told.count("�[2J") == 4


def test_nothing_in_the_data_closes_its_code_block() -> None:
    told = render(Envelope(summary="a log", data="one\n```\n@**all**\n````\ntwo"))
    fence = told.split("\n")[2]
    assert fence == "`" * 5
    assert told.count(fence) == 2
