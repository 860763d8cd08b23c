"""Tables as kubectl prints them, and sorted as people mean it."""

import pytest

from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_kubernetes.table import Line, lines, needs_object, ordered


def _row(namespace: str, created: str, *cells: str | None) -> dict:
    metadata = {"namespace": namespace, "creationTimestamp": f"{created}T00:00:00Z"}
    return {"cells": [*cells, "<none>"], "object": {"metadata": metadata}}


PODS = {
    "columnDefinitions": [
        {"name": "Name", "priority": 0},
        {"name": "Restarts", "priority": 0},
        {"name": "Age", "priority": 0},
        {"name": "Nominated Node", "priority": 1},
    ],
    "rows": [
        _row("x", "2026-01-02", "a", "10 (5m ago)", "3d"),
        _row("y", "2026-01-04", "b", "9", "5h"),
        _row("y", "2026-01-03", "c", "0", None),
    ],
}


def test_plain_and_wide_columns() -> None:
    assert list(lines(PODS, wide=False, with_namespace=False)[0].row) == ["NAME", "RESTARTS", "AGE"]
    assert list(lines(PODS, wide=True, with_namespace=False)[0].row)[-1] == "NOMINATED NODE"


def test_the_namespace_comes_first_when_there_are_several() -> None:
    assert [line.row["NAMESPACE"] for line in lines(PODS, wide=False, with_namespace=True)] == ["x", "y", "y"]
    assert next(iter(lines(PODS, wide=False, with_namespace=True)[0].row)) == "NAMESPACE"


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("name", "abc"),
        ("-name", "cba"),
        ("restarts", "cba"),  # numbers, not letters: 10 is more than 9
        ("-restarts", "abc"),
        ("age", "bca"),  # youngest first
        ("-age", "acb"),
        (".metadata.creationTimestamp", "acb"),
        ("{.metadata.creationTimestamp}", "acb"),
        ("-.metadata.namespace", "bca"),
    ],
)
def test_sorting(sort: str, order: str) -> None:
    rows = ordered(lines(PODS, wide=False, with_namespace=False), sort)
    assert "".join(str(line.row["NAME"]) for line in rows) == order


def test_what_has_no_value_comes_last_either_way() -> None:
    rows = [Line({"NAME": name, "CPU": cpu}, {}) for name, cpu in (("a", None), ("b", 2), ("c", 1))]
    assert [line.row["NAME"] for line in ordered(rows, "cpu")] == ["c", "b", "a"]
    assert [line.row["NAME"] for line in ordered(rows, "-cpu")] == ["b", "c", "a"]


def test_an_unknown_column_gets_the_nearest() -> None:
    with pytest.raises(ToolFailure) as refused:
        ordered(lines(PODS, wide=False, with_namespace=False), "restart")
    assert "restarts" in refused.value.hint


@pytest.mark.parametrize(
    ("sort", "needed"), [("restarts", False), (".metadata.name", False), ("-.status.startTime", True)]
)
def test_whole_objects_are_asked_for_only_to_sort_by_their_fields(sort: str, needed: bool) -> None:
    assert needs_object(sort) is needed
