"""A chart as PNG. Imported only when one is drawn: a server that draws none does not load Pillow."""

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from PIL import Image, ImageDraw, ImageFont

from ritsuko_mcp_prometheus.drawing.axes import Axis, time_axis, value_axis
from ritsuko_mcp_prometheus.drawing.drawable import ascii_text, is_drawable
from ritsuko_mcp_prometheus.drawing.palette import COLOURS
from ritsuko_mcp_prometheus.presentation.cells import middle_cut
from ritsuko_mcp_prometheus.presentation.units import Unit

WIDTH = 1200
_PLOT_HEIGHT = 420
_FINER = 3
"""Lines are drawn this many times larger and then scaled down, which makes them smooth."""
_MARGIN, _TITLE, _TIMES, _LEGEND_LINE = 24, 64, 62, 30
_THICKNESS = 2.2
_ROOM = 6
"""Margin around the plot, for lines and points on its edge."""
_POINT = 2
"""A piece too short to be visible as a line is drawn as a dot with this radius, in line widths."""
_MOST_LETTERS = 400
_NOT_DRAWN = " (no value to draw)"
_GAP = 1.6
"""Points that are more steps apart than this are not joined by a line."""

# Drawn on its own background, so that it is readable on light and dark pages.
_CARD, _EDGE, _TEXT, _FAINT, _GRID = "#fbfbfd", "#c3c8cf", "#24292f", "#57606a", "#e2e5ea"


@dataclass(frozen=True, slots=True)
class Line:
    """A series to draw, in one of the COLOURS: its label and its (Unix seconds, value) pairs in time order."""

    label: str
    colour: str
    samples: Sequence[tuple[float, float]]


def draw(title: str, lines: Sequence[Line], more: int, start: float, end: float, step: float, unit: Unit) -> bytes:
    """The PNG. `more` is how many series are not drawn; missing times and values that are not finite leave gaps."""
    finite = [value for line in lines for _, value in line.samples if is_drawable(value)]
    values = value_axis(min(finite, default=0.0), max(finite, default=1.0), unit)
    times = time_axis(start, end)
    small, large = _font(18), _font(21)
    left = _MARGIN + math.ceil(max(small.getlength(text) for _, text in values.ticks)) + 12
    box = (left, _TITLE, WIDTH - _MARGIN - 10, _TITLE + _PLOT_HEIGHT)
    legend = -(-len(lines) // 2) + bool(more)
    height = box[3] + _TIMES + legend * _LEGEND_LINE + _MARGIN // 2
    image = Image.new("RGB", (WIDTH, height), _CARD)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, WIDTH - 1, height - 1), outline=_EDGE, width=2)
    pen.text((_MARGIN, 22), _fitted(title, large, WIDTH - 2 * _MARGIN), _TEXT, large)
    image.paste(_plot(lines, box, times, values, step), (box[0] - _ROOM, box[1] - _ROOM))
    _label_axes(pen, box, times, values, small)
    _label_lines(pen, lines, more, box[3] + _TIMES, small)
    out = io.BytesIO()
    # A palette is enough for a few colours and shades, and reduces the file to a third.
    image.quantize(128, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
    return out.getvalue()


def _plot(lines: Sequence[Line], box: tuple[int, int, int, int], times: Axis, values: Axis, step: float) -> Image.Image:
    width, height = box[2] - box[0], box[3] - box[1]
    large = Image.new("RGB", ((width + 2 * _ROOM) * _FINER, (height + 2 * _ROOM) * _FINER), _CARD)
    pen = ImageDraw.Draw(large)

    def place(time: float, value: float) -> tuple[float, float]:
        x, y = times.share(time) * width, (1 - values.share(value)) * height
        return (x + _ROOM) * _FINER, (y + _ROOM) * _FINER

    for value, _ in values.ticks:
        pen.line((place(times.low, value), place(times.high, value)), _GRID, _FINER)
    for moment, _ in times.ticks:
        pen.line((place(moment, values.low), place(moment, values.high)), _GRID, _FINER)
    thickness = round(_THICKNESS * _FINER)
    # The first series is drawn on top, as in the legend.
    for line in reversed(lines):
        for piece in _pieces(line.samples, step * _GAP):
            points = [place(*sample) for sample in piece]
            colour = COLOURS[line.colour]
            radius = thickness * _POINT
            if len(points) > 1:
                pen.line(points, colour, thickness, joint="curve")
            if points[-1][0] - points[0][0] < radius:
                x, y = points[-1]
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), colour)
    return large.reduce(_FINER)


def _pieces(samples: Sequence[tuple[float, float]], gap: float) -> list[list[tuple[float, float]]]:
    """Runs of samples that a line joins."""
    pieces: list[list[tuple[float, float]]] = []
    before = -math.inf
    for time, value in samples:
        if is_drawable(value):
            if time - before > gap:
                pieces.append([])
            pieces[-1].append((time, value))
            before = time
    return pieces


def _label_axes(
    pen: ImageDraw.ImageDraw, box: tuple[int, int, int, int], times: Axis, values: Axis, font: ImageFont.FreeTypeFont
) -> None:
    left, top, right, bottom = box
    for value, text in values.ticks:
        pen.text((left - 10, bottom - values.share(value) * (bottom - top)), text, _FAINT, font, anchor="rm")
    for moment, text in times.ticks:
        x = left + times.share(moment) * (right - left)
        half = font.getlength(text) / 2
        pen.text((min(x, WIDTH - _MARGIN / 2 - half), bottom + 10), text, _FAINT, font, anchor="mt")
    first, last = (datetime.fromtimestamp(moment, UTC) for moment in (times.low, times.high))
    until = f"{last:%H:%M}" if first.date() == last.date() else f"{last:%Y-%m-%d %H:%M}"
    pen.text((right, bottom + 36), f"{first:%Y-%m-%d %H:%M} to {until} UTC", _FAINT, font, anchor="rt")


def _label_lines(
    pen: ImageDraw.ImageDraw, lines: Sequence[Line], more: int, top: int, font: ImageFont.FreeTypeFont
) -> None:
    column = (WIDTH - 2 * _MARGIN) // 2
    for index, line in enumerate(lines):
        x, y = _MARGIN + index % 2 * column, top + index // 2 * _LEGEND_LINE + _LEGEND_LINE // 2
        pen.rounded_rectangle((x, y - 4, x + 26, y + 3), 3, COLOURS[line.colour])
        said = "" if any(is_drawable(value) for _, value in line.samples) else _NOT_DRAWN
        label = _fitted(line.label, font, column - 50 - font.getlength(said))
        pen.text((x + 36, y), label + said, _FAINT if said else _TEXT, font, anchor="lm")
    if more:
        y = top + -(-len(lines) // 2) * _LEGEND_LINE + _LEGEND_LINE // 2
        pen.text((_MARGIN, y), f"and {more:,} more series, not drawn", _FAINT, font, anchor="lm")


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    """Pillow's own font, since the container image has none."""
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise RuntimeError("this Pillow was built without FreeType")
    return font


def _fitted(text: str, font: ImageFont.FreeTypeFont, width: float) -> str:
    """The text on one line of that width, in the characters of the font. If it is too long, its middle is
    cut: labels and names of pods differ at their ends.
    """
    plain = middle_cut(ascii_text(" ".join(text.split())), _MOST_LETTERS)
    length = len(plain)
    while length > 1 and font.getlength(middle_cut(plain, length)) > width:
        length -= 1
    return middle_cut(plain, length)
