"""Blocks cut to a window of time."""

from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.lines.stream import timestamp
from ritsuko_mcp_logs.sources.podlogs.time_window import TimeWindow

START = 1_790_000_000


def line(microseconds: int, text: str = "x") -> bytes:
    return timestamp(START * 10**9 + microseconds * 1000) + f" {text}\n".encode()


@given(
    moments=st.lists(st.integers(0, 20), min_size=1, max_size=20).map(sorted),
    since=st.integers(-1, 21),
    length=st.integers(0, 21),
    cut=st.integers(1, 5),
)
def test_lines_from_since_up_to_until_whatever_the_blocks(
    moments: list[int], since: int, length: int, cut: int
) -> None:
    window = TimeWindow(START + since / 1e6, START + (since + length) / 1e6)
    kept = b""
    for first in range(0, len(moments), cut):
        kept += window.cut(b"".join(map(line, moments[first : first + cut])))
        if window.over:
            break
    assert kept == b"".join(line(moment) for moment in moments if since <= moment < since + length)


def test_lines_without_a_time_stay_with_the_line_before() -> None:
    window = TimeWindow(START, START + 10e-6)
    assert window.cut(line(-1) + b"of the line before\n" + line(0) + b"continued\n") == line(0) + b"continued\n"
    assert window.cut(b"more\n") == b"more\n"
    assert window.cut(line(11) + b"continued\n") == b""
    assert window.over
