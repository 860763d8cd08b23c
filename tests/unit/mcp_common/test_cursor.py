"""Cursors come back unchanged, or not at all."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from ritsuko_mcp_common import ToolFailure, cursor


class Place(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    page: str = ""
    skip: int = Field(default=0, ge=0)


@given(page=st.text(max_size=100), skip=st.integers(0, 10**6), question=st.lists(st.text(max_size=10), max_size=3))
def test_a_cursor_brings_back_the_place(page: str, skip: int, question: list[str]) -> None:
    place = Place(page=page, skip=skip)
    assert cursor.decode(cursor.encode(place, question), Place, question) == place


def test_a_cursor_of_another_question_is_refused() -> None:
    with pytest.raises(ToolFailure, match="a different call"):
        cursor.decode(cursor.encode(Place(), ["pods"]), Place, ["secrets"])


def _made_of(body: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(body).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "hostile",
    [
        "!!!",
        "ü",
        "A" * 10_000,
        "e30",
        _made_of(["x", {"skip": -1}]),
        _made_of(["x", {"skip": "1"}]),
        _made_of(["x", {"skip": 1, "path": "/api/v1/secrets"}]),
        _made_of(["x"]),
        _made_of(7),
        base64.urlsafe_b64encode(b"[" * 5_000).decode(),
    ],
)
def test_what_we_did_not_give_out_is_refused(hostile: str) -> None:
    with pytest.raises(ToolFailure, match="cursor"):
        cursor.decode(hostile, Place, ["pods"])


@given(st.text(max_size=200))
def test_any_text_at_all_is_refused_politely(hostile: str) -> None:
    with pytest.raises(ToolFailure, match="cursor"):
        cursor.decode(hostile, Place, ["pods"])
