"""RFC 3339, as APIs write it."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_common.rfc3339 import format_rfc3339, parse_rfc3339, parse_rfc3339_if_any

NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-09-21T12:00:00Z", NOON),
        ("2026-09-21t12:00:00z", NOON),
        ("2026-09-21T14:00:00+02:00", NOON),
        ("2026-09-21T12:00:00.000001Z", NOON + timedelta(microseconds=1)),
        ("2026-09-21T12:00:00.123456789Z", NOON + timedelta(microseconds=123456)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_a_time_is_read_in_utc(text: str, moment: datetime) -> None:
    parsed = parse_rfc3339(text)
    assert parsed == moment
    assert parsed.utcoffset() == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-09-21",
        "2026-09-21T12:00:00",
        "20260921T120000Z",
        "2026-02-30T12:00:00Z",
        "2026-09-21T25:00:00Z",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
        "2026-09-21T12:00:00.0Z" + "0" * 10**6,
    ],
)
def test_what_is_not_a_time_is_refused_with_a_short_message(text: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse_rfc3339(text)
    assert len(str(refused.value)) < 200
    assert parse_rfc3339_if_any(text) is None


@pytest.mark.parametrize("field", [None, 0, 1790000000, [], {}])
def test_a_field_that_is_not_text_has_no_time(field: object) -> None:
    assert parse_rfc3339_if_any(field) is None


def test_kubernetes_writes_whole_seconds_and_micro_times() -> None:
    moment = datetime(2026, 9, 21, 14, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    assert format_rfc3339(moment) == "2026-09-21T12:00:00Z"
    assert format_rfc3339(moment, "milliseconds") == "2026-09-21T12:00:00.123Z"
    assert format_rfc3339(moment, "microseconds") == "2026-09-21T12:00:00.123456Z"


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=st.timezones()))
def test_a_time_that_is_written_reads_the_same(moment: datetime) -> None:
    assert parse_rfc3339(format_rfc3339(moment, "microseconds")) == moment.astimezone(UTC)
