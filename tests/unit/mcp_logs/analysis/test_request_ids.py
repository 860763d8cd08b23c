"""Whether an id stands in a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.analysis.request_ids import RequestId, trace_id

HEX = "4bf92f3577b34da6a3ce929d0e0e4736"
UUID = "8c9d2f1e-0b7a-4c3d-9e8f-1a2b3c4d5e6f"


@pytest.mark.parametrize(
    ("id", "text", "stands"),
    [
        ("req-12", "req-12 accepted", True),
        ("req-12", "request_id=req-12,user=7", True),
        ("req-12", '{"id":"req-12"}', True),
        ("req-12", "req-120 accepted", False),
        ("req-12", "req-120 and req-12", True),
        ("req-12", "xreq-12 accepted", False),
        ("req-12", "req-12_b accepted", False),
        ("req-12", "REQ-12 accepted", False),
        (HEX, f"trace={HEX} start", True),
        (HEX, f"trace={HEX}7 start", False),
        (HEX, HEX.upper(), True),
        (UUID.upper(), f"[{UUID}]", True),
        ("a+b.c", "id a+b.c", True),
        ("a+b.c", "id aab.c", False),
        ("/x/7", "GET a/x/7", True),
        ("straße", "straßen", False),
    ],
)
def test_an_id_stands_alone(id: str, text: str, stands: bool) -> None:
    assert RequestId(id).occurs_in(text) is stands


@given(st.text(min_size=1), st.text(), st.text())
def test_every_id_stands_between_blanks(id: str, before: str, after: str) -> None:
    assert RequestId(id).occurs_in(f"{before} {id} {after}")


def test_what_is_like_it() -> None:
    assert RequestId("req-12").similar_ids("REQ-12 before req-120, not req-2 nor xreq-12") == ["REQ-12", "req-120"]


def test_how_a_field_has_it() -> None:
    assert RequestId(HEX.upper()).as_value == [HEX.upper(), HEX]
    assert RequestId("req-AB").as_value == ["req-AB"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (f"00-{HEX}-00f067aa0ba902b7-01", HEX),
        (f"{HEX}-00f067aa0ba902b7-1", HEX),
        (f"{HEX}-00f067aa0ba902b7", HEX),
        (f"{HEX}-00f067aa0ba902b7-1-05e3ac9a4f6e3b90", HEX),
        (HEX, HEX),
        (UUID, UUID),
        (f"req-{HEX}-00f067aa0ba902b7-01", f"req-{HEX}-00f067aa0ba902b7-01"),
    ],
)
def test_of_a_header_that_carries_a_trace_its_id_is_meant(written: str, meant: str) -> None:
    assert trace_id(written) == meant
