"""Axes, units and what loads the library that draws."""

import io
import math
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor, ImageDraw

from ritsuko_mcp_prometheus.drawing import picture
from ritsuko_mcp_prometheus.drawing.axes import time_axis, value_axis
from ritsuko_mcp_prometheus.drawing.drawable import ascii_text, has_escapes
from ritsuko_mcp_prometheus.drawing.palette import COLOURS
from ritsuko_mcp_prometheus.drawing.picture import Line, draw

UNITS = st.sampled_from(["", "/s", "bytes", "bytes/s", "seconds", "percent"])
NOON = 1_790_000_000.0 - 1_790_000_000 % 86400 + 43200


@pytest.mark.parametrize(
    ("low", "high", "unit", "labels"),
    [
        (0, 100, "", ["0", "20", "40", "60", "80", "100"]),
        (0.2, 0.9, "", ["0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (90, 100, "", ["90", "92", "94", "96", "98", "100"]),
        (0, 3 * 2**20, "bytes", ["0 MiB", "1 MiB", "2 MiB", "3 MiB"]),
        (0, 0.3, "seconds", ["0 ms", "100 ms", "200 ms", "300 ms"]),
        (0, 7200, "seconds", ["0 h", "0.5 h", "1.0 h", "1.5 h", "2.0 h"]),
        (0, 0.25, "percent", ["0 %", "5 %", "10 %", "15 %", "20 %", "25 %"]),
        (0, 45_000, "/s", ["0k/s", "10k/s", "20k/s", "30k/s", "40k/s", "50k/s"]),
        (-5, 5, "", ["-6", "-4", "-2", "0", "2", "4", "6"]),
    ],
)
def test_an_axis_has_round_numbers_with_its_unit(low: float, high: float, unit: str, labels: list[str]) -> None:
    assert [text for _, text in value_axis(low, high, unit).ticks] == labels


@given(st.floats(-1e17, 1e17), st.floats(-1e17, 1e17), UNITS)
def test_an_axis_holds_what_it_is_for(one: float, other: float, unit: str) -> None:
    low, high = sorted((one, other))
    axis = value_axis(low, high, unit)
    slack = (axis.high - axis.low) * 1e-6
    assert axis.low <= low + slack
    assert axis.high >= high - slack
    assert axis.low < axis.high
    assert 2 <= len(axis.ticks) <= 12
    assert -1e-6 <= axis.share(low) <= axis.share(high) <= 1 + 1e-6


@pytest.mark.parametrize(
    ("span", "first", "count"),
    [(60, "12:00:00", 7), (3600, "12:00", 7), (86400, "12:00", 9), (7 * 86400, "Sep 22", 7), (60 * 86400, "Sep 24", 5)],
)
def test_the_time_axis_has_round_times_in_utc(span: float, first: str, count: int) -> None:
    ticks = time_axis(NOON, NOON + span).ticks
    assert (ticks[0][1], len(ticks)) == (first, count)


def test_midnight_is_a_date() -> None:
    assert "Sep 22" in [text for _, text in time_axis(NOON, NOON + 86400).ticks]


@pytest.mark.parametrize(
    "samples",
    [
        [],
        [(NOON, 3.0)],
        [(NOON, math.nan), (NOON + 60, math.inf)],
        [(NOON, 1e299), (NOON + 60, -1e299)],
        [(NOON, 1.7e308), (NOON + 60, -1.7e308)],
        [(NOON, 5e-324), (NOON + 60, 0.0)],
        [(NOON + 60 * index, 1e18 + index) for index in range(10)],
        [(NOON + 60 * index, -7.0) for index in range(10)],
    ],
)
def test_odd_values_are_drawn_or_left_out(samples: list[tuple[float, float]]) -> None:
    png = draw("odd", [Line("α→β 日本 é" * 30, "blue", samples)], 3, NOON, NOON + 600, 60, "")
    image = Image.open(io.BytesIO(png))
    assert image.size[0] == 1200
    assert len(png) < 200_000


@pytest.mark.parametrize(
    ("text", "shown", "numbered"),
    [
        ("up > 0", "up > 0", False),
        ("café naïve Ünï", "cafe naive Uni", False),
        ("日本?", "\\u65e5\\u672c?", True),
        ("a😀", "a\\U0001f600", True),
        ("Øre", "\\xd8re", True),
        ("a…b", "a...b", False),
    ],
)
def test_a_letter_that_the_font_lacks_is_no_question_mark(text: str, shown: str, numbered: bool) -> None:
    assert ascii_text(text) == shown
    assert has_escapes(text) is numbered


def test_labels_that_differ_at_their_ends_differ_in_the_legend() -> None:
    font = picture._font(18)
    pods = [f"namespace=payments, pod={'checkout-' * 12}7d9c5b8f6c-x2x4{letter}" for letter in "abc"]
    fitted = [picture._fitted(pod, font, 500) for pod in pods]
    assert len(set(fitted)) == 3
    assert all(font.getlength(one) <= 500 for one in fitted)
    assert all("…" in one for one in fitted)


def coloured(png: bytes, colour: str) -> int:
    """How many pixels of the plot nearly have that colour."""
    wanted = ImageColor.getrgb(COLOURS[colour])
    image = Image.open(io.BytesIO(png)).convert("RGB").crop((0, 60, 1200, 490))
    return sum(
        count
        for count, pixel in image.getcolors(1_000_000) or []
        if isinstance(pixel, tuple) and sum(abs(a - b) for a, b in zip(pixel, wanted, strict=True)) < 40
    )


@pytest.mark.parametrize("times", [[0], [0, 10800]], ids=["one", "two"])
def test_a_point_or_two_in_a_month_are_no_speck(times: list[int]) -> None:
    samples = [(NOON + 15 * 86400 + time, 3.0) for time in times]
    png = draw("few", [Line("few", "blue", samples)], 0, NOON, NOON + 30 * 86400, 10800, "")
    assert coloured(png, "blue") > 40


def test_a_line_of_which_nothing_can_be_drawn_is_called_so(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    text = ImageDraw.ImageDraw.text

    def noted(pen: ImageDraw.ImageDraw, place: object, written: str, *rest: object, **more: object) -> None:
        told.append(written)
        text(pen, place, written, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(ImageDraw.ImageDraw, "text", noted)
    lines = [
        Line("seen", "blue", [(NOON, 1.0), (NOON + 60, 2.0)]),
        Line("infinite", "orange", [(NOON, math.inf), (NOON + 60, math.nan)]),
    ]
    draw("two", lines, 0, NOON, NOON + 600, 60, "")
    assert "seen" in told
    assert "infinite (no value to draw)" in told


def test_a_server_that_draws_nothing_does_not_load_what_draws() -> None:
    code = "import sys, ritsuko_mcp_prometheus.server; sys.exit('PIL' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
