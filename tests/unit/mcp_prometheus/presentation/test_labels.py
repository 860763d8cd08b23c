"""Which labels several series share, and which become columns."""

import pytest

from ritsuko_mcp_prometheus.api.series import Series
from ritsuko_mcp_prometheus.presentation.labels import common_labels, folded_labels, in_common, label_columns
from ritsuko_mcp_prometheus.presentation.tables import value_rows
from ritsuko_mcp_prometheus.promql.selectors import selector


def test_labels_that_all_share_are_said_once_and_the_rest_are_columns() -> None:
    series = [
        Series({"__name__": "up", "job": "a", "value": "1"}, [(0, 1.0)]),
        Series({"__name__": "up", "job": "a", "pod": "p"}, [(0, 0.0)]),
    ]
    shared = common_labels(series)
    assert shared == {"__name__": "up", "job": "a"}
    assert selector(shared) == 'up{job="a"}'
    columns = label_columns(series, shared)
    assert value_rows(series, columns) == [
        {"pod": "", "label:value": "1", "value": 1},
        {"pod": "p", "label:value": "", "value": 0},
    ]


@pytest.mark.parametrize(
    ("shared", "told"),
    [
        ({}, ""),
        ({"__name__": "up"}, "; all of metric up"),
        ({"__name__": "up", "job": "web"}, '; all match up{job="web"}'),
        ({"job": "web"}, '; all match {job="web"}'),
    ],
)
def test_a_name_in_common_does_not_read_like_a_state(shared: dict[str, str], told: str) -> None:
    assert in_common(shared) == told


def test_labels_that_few_series_have_share_a_column() -> None:
    odd = [Series({"__name__": f"m{number}", f"label{number}": "x", "job": "a"}, [(1.0, 1.0)]) for number in range(12)]
    columns = label_columns(odd, {})
    folded = folded_labels(odd, columns)
    assert folded == [name for name in columns if name != "__name__"]
    assert value_rows(odd[:1], columns, folded) == [
        {"metric": "m0", "labels": {"job": "a", "label0": "x"}, "value": 1},
    ]
    alike = [Series({f"label{number}": str(one) for number in range(12)}, []) for one in range(3)]
    assert folded_labels(alike, label_columns(alike, {})) == []
    assert folded_labels(odd[:3], label_columns(odd[:3], {})) == []
