"""Tables as kubectl prints them."""

from ritsuko_mcp_kubernetes.api.table import lines


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
