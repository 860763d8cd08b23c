"""Lists sorted as people mean it, and never by what is hidden from them."""

import pytest

from ritsuko_mcp_common import ToolFailure
from ritsuko_mcp_kubernetes.api.table import Line
from ritsuko_mcp_kubernetes.listing.sorting import Order

PODS = [
    Line(
        {"NAME": name, "RESTARTS": restarts, "AGE": age},
        {"metadata": {"namespace": space, "creationTimestamp": f"{day}T00:00:00Z"}},
    )
    for name, restarts, age, space, day in (
        ("a", "10 (5m ago)", "3d", "x", "2026-01-02"),
        ("b", "9", "5h", "y", "2026-01-04"),
        ("c", "0", None, "y", "2026-01-03"),
    )
]


def names(lines: list[Line], sort: str, kind: str = "Pod") -> list[str]:
    order = Order.of(sort)
    return [str(row["NAME"]) for row in order.sorted([(order.value(line, kind), line.row) for line in lines])]


def line(name: str, **fields: object) -> Line:
    return Line({"NAME": name}, {"metadata": {"name": name}, **fields})


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
    assert "".join(names(PODS, sort)) == order


def test_what_has_no_value_comes_last_either_way() -> None:
    lines = [Line({"NAME": name, "CPU": cpu}, {}) for name, cpu in (("a", None), ("b", 2), ("c", 1))]
    assert names(lines, "cpu") == ["c", "b", "a"]
    assert names(lines, "-cpu") == ["b", "c", "a"]


def test_an_unknown_column_gets_the_nearest() -> None:
    with pytest.raises(ToolFailure) as refused:
        names(PODS, "restart")
    assert "restarts" in refused.value.hint


@pytest.mark.parametrize(
    ("sort", "needed"), [("restarts", False), (".metadata.name", False), ("-.status.startTime", True)]
)
def test_whole_objects_are_asked_for_only_to_sort_by_their_fields(sort: str, needed: bool) -> None:
    assert Order.of(sort).needs_object is needed


@pytest.mark.parametrize(
    ("sort", "kind", "fields"),
    [
        (".data.anything", "Secret", "data"),
        (".stringData.anything", "Secret", "stringData"),
        (".data", "Secret", "data"),
        (".data.password", "ConfigMap", "data"),
        (".spec.dbPassword", "Database", "spec"),
        (".spec.value", "Parameter", "spec"),  # {name: API_TOKEN, value: x}
        (".spec.containers", "Pod", "spec"),
    ],
)
def test_no_order_tells_of_what_is_hidden(sort: str, kind: str, fields: str) -> None:
    def holding(value: str) -> dict:
        return {
            "anything": value,
            "password": value,
            "dbPassword": value,
            "name": "API_TOKEN",
            "value": value,
            "containers": [value],
        }

    lines = [line(name, **{fields: holding(value)}) for name, value in (("a", "zebra-99"), ("b", "apple-11"))]
    with pytest.raises(ToolFailure, match="value to sort by"):
        names(lines, sort, kind)


def test_a_column_of_secrets_gives_no_order_either() -> None:
    lines = [Line({"NAME": name, "PASSWORD": value}, {}) for name, value in (("a", "zebra-99"), ("b", "apple-11"))]
    assert names(lines, "password") == names(lines, "-password") == ["a", "b"]


def test_fields_that_everybody_may_see_sort_beside_hidden_ones() -> None:
    lines = [line(name, kind="Secret", type=of) for name, of in (("a", "kubernetes.io/tls"), ("b", "Opaque"))]
    assert names(lines, ".type", "Secret") == ["b", "a"]
