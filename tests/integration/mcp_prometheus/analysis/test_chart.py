"""`chart`: the picture shows the data, reads on any page, and has no secret in it."""

import base64
import io
from collections.abc import Sequence

import pytest
from mcp_types import CallToolResult, ImageContent
from PIL import Image, ImageColor

from ritsuko_mcp_prometheus.drawing import picture
from ritsuko_mcp_prometheus.drawing.palette import COLOURS
from tests.integration.mcp_prometheus.analysis.conftest import Call, answer
from tests.integration.mcp_prometheus.analysis.planted import END, PLAIN_SECRET, SECRET

pytestmark = [pytest.mark.prometheus, pytest.mark.asyncio(loop_scope="session")]

HOUR = {"start": str(END - 3600), "end": str(END)}


def image_of(result: CallToolResult) -> Image.Image:
    _, content = result.content
    assert isinstance(content, ImageContent)
    assert content.mime_type == "image/png"
    image = Image.open(io.BytesIO(base64.b64decode(content.data)))
    assert image.format == "PNG"
    return image.convert("RGBA")


def places(image: Image.Image, colour: str) -> list[tuple[int, int]]:
    """Where the picture has nearly that colour, above the legend."""
    wanted = ImageColor.getrgb(COLOURS[colour])
    pixels = image.load()
    assert pixels is not None
    return [
        (x, y)
        for x in range(image.width)
        for y in range(image.height - 100)
        if sum(abs(a - b) for a, b in zip(pixels[x, y], wanted, strict=False)) < 40
    ]


def middle(numbers: Sequence[int]) -> float:
    return (min(numbers) + max(numbers)) / 2


async def test_a_line_runs_where_the_data_says(call: Call) -> None:
    result = await call("chart", query="drawn", **HOUR)
    rows = {row["line"]: row for row in answer(result)["data"]}
    assert {line: row["colour"] for line, row in rows.items()} == {"top": "blue", "ramp": "orange", "bottom": "green"}
    image = image_of(result)
    top, bottom = places(image, "blue"), places(image, "green")
    y100, y0 = middle([y for _, y in top]), middle([y for _, y in bottom])
    left, right = min(x for x, _ in top), max(x for x, _ in top)
    assert y0 - y100 > 300
    assert right - left > 900
    ramp = places(image, "orange")
    for share in (0.2, 0.4, 0.5, 0.6, 0.8):
        x = round(left + share * (right - left))
        height = (y0 - middle([y for at, y in ramp if at == x])) / (y0 - y100)
        # Scraped each minute, so it climbs in steps of a sixtieth.
        assert height == pytest.approx(share, abs=0.02)


async def test_what_is_written_at_the_axes_stands_where_the_data_is(call: Call) -> None:
    image = image_of(await call("chart", query="drawn", **HOUR))
    top, bottom = places(image, "blue"), places(image, "green")
    y100, y0 = middle([y for _, y in top]), middle([y for _, y in bottom])
    left, right = min(x for x, _ in top), max(x for x, _ in top)
    ink = written(image, left - 6, round(y0) + 6)
    heights = centres([y for x, y in ink if x < left - 6 and y < y0 + 8], 4)
    assert heights == pytest.approx([y100 + share / 5 * (y0 - y100) for share in range(6)], abs=3)
    # 13:20 to 14:10 of the hour from 13:13:20 on.
    across = centres([x for x, y in ink if y0 + 6 < y < y0 + 30 and x > left], 20)
    minutes = [60 * share for share in ((x - left) / (right - left) for x in across)]
    assert minutes == pytest.approx([6.67 + 10 * number for number in range(6)], abs=0.5)


def written(image: Image.Image, left: int, below: int) -> list[tuple[int, int]]:
    """Where there is ink left of the plot or below it, between title and legend."""
    grey = image.convert("L")
    pixels = grey.load()
    assert pixels is not None
    return [
        (x, y)
        for x in range(4, image.width - 4)
        for y in range(50, image.height - 100)
        if pixels[x, y] < 170 and (x < left or y > below)
    ]


def centres(numbers: Sequence[int], gap: int) -> list[float]:
    """The middle of each run of numbers that lie no further apart than `gap`."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number - runs[-1][-1] <= gap:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [middle(run) for run in runs]


async def test_no_line_is_drawn_where_there_are_no_samples(call: Call) -> None:
    image = image_of(await call("chart", query="holed_bytes", **HOUR))
    columns = {x for x, _ in places(image, "blue")}
    left, right = min(columns), max(columns)
    # The hole is from 20 to 40 minutes; a sample counts for five minutes more.
    assert not {round(left + share * (right - left)) for share in (0.45, 0.5, 0.6, 0.65)} & columns
    assert {round(left + share * (right - left)) for share in (0.1, 0.3, 0.7, 0.9)} <= columns


async def test_it_reads_on_a_light_page_and_on_a_dark_one(call: Call) -> None:
    image = image_of(await call("chart", query="drawn", **HOUR))
    assert image.getchannel("A").getextrema() == (255, 255), "what shines through depends on the page"
    card = image.getpixel((image.width // 2, 12))
    assert isinstance(card, tuple)
    for colour in COLOURS.values():
        assert contrast(ImageColor.getrgb(colour), card) > 2.3, colour
    dark = min(image.convert("L").tobytes())
    assert contrast((dark, dark, dark), card) > 7


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio"""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: Sequence[int]) -> float:
    parts = [value / 255 / 12.92 if value <= 10 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour[:3]]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


async def test_figures_beside_a_picture_are_the_values_themselves(call: Call) -> None:
    told = answer(await call("chart", query="drawn * 1e13 + 180", **HOUR))
    assert max(row["max"] for row in told["data"]) == 1_000_000_000_000_180
    (row,) = answer(await call("chart", query="count(drawn) / 3 * 536870912000", **HOUR))["data"]
    assert row["last"] == 536870912000


async def test_a_crowd_is_bounded_and_the_rest_is_counted(call: Call) -> None:
    result = await call("chart", query="crowd", **HOUR)
    told = answer(result)
    assert [row["id"] for row in told["data"]] == [f"{number:02}" for number in range(19, 11, -1)]
    assert (told["total"], told["returned"], told["truncated"]) == (20, 8, True)
    assert "8 of 20 series are drawn" in told["warnings"][0]
    assert image_of(result).height < 800


async def test_no_secret_is_in_the_picture_nor_beside_it(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    fitted = picture._fitted

    def noted(text: str, font: object, width: float) -> str:
        written.append(text)
        return fitted(text, font, width)

    monkeypatch.setattr(picture, "_fitted", noted)
    result = await call("chart", query=f'telling{{token!="{SECRET}"}}', **HOUR)
    title, *legend = written
    assert "telling" in title
    assert len(legend) == 2
    assert all("redacted" in text for text in written)
    for secret in (SECRET, PLAIN_SECRET):
        assert secret not in str(written)
        assert secret not in str(result)


async def test_a_line_that_another_one_hides_is_told(call: Call) -> None:
    query = 'drawn{line="top"} or label_replace(drawn{line="top"}, "line", "twin", "", "")'
    told = await call("chart", query=query, **HOUR)
    assert answer(told)["warnings"] == ["identical lines overlap: orange under blue"]
    assert places(image_of(told), "blue")
    assert not places(image_of(told), "orange")
    apart = await call("chart", query="drawn", **HOUR)
    assert answer(apart).get("warnings", []) == []


async def test_nothing_to_draw_says_why_and_draws_nothing(call: Call) -> None:
    result = await call("chart", query="drwan", **HOUR)
    assert len(result.content) == 1
    assert "no metric named drwan" in answer(result)["summary"]


async def test_a_picture_leads_on_to_the_same_query(call: Call) -> None:
    links = answer(await call("chart", query="drawn", **HOUR))["links"]
    assert [link["title"] for link in links] == ["Prometheus"]
