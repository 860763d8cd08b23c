"""Clocks that must be wrong, and those that nothing is known about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_logs.analysis.clock_skew import PodLine, corrected, find_skews, workload

GATEWAY, ORDERS, PAYMENTS = "gateway-7d9f8b6c5-x2x9k", "orders-0", "payments-5c6d7f8b9-bcdfg"


def call(ahead_orders: float = 0.0, ahead_payments: float = 0.0) -> list[PodLine]:
    """gateway calls orders, which calls payments, with clocks ahead by so much."""
    return [
        PodLine(GATEWAY, 10.0, "request received"),
        PodLine(GATEWAY, 10.01, "calling orders"),
        PodLine(ORDERS, 10.02 + ahead_orders, "request from gateway"),
        PodLine(ORDERS, 10.03 + ahead_orders, "POST http://payments:8080/charge"),
        PodLine(PAYMENTS, 10.04 + ahead_payments, "charging"),
        PodLine(PAYMENTS, 10.09 + ahead_payments, "charged"),
        PodLine(ORDERS, 10.10 + ahead_orders, "payments answered 200"),
        PodLine(ORDERS, 10.11 + ahead_orders, "done"),
        PodLine(GATEWAY, 10.12, "response from orders in 110ms"),
    ]


def test_clocks_that_agree_are_left_alone() -> None:
    assert find_skews(call()) == []
    assert corrected(call(), []) == [line.time for line in call()]


@given(
    st.one_of(st.floats(0.2, 3600), st.floats(-3600, -0.2)),
    st.one_of(st.floats(0.2, 3600), st.floats(-3600, -0.2)),
    st.randoms(),
)
def test_clocks_apart_are_found_with_their_sign_and_bounds(orders: float, payments: float, shuffler: object) -> None:
    lines = call(orders, payments)
    shuffler.shuffle(lines)  # type: ignore[attr-defined]
    found = {skew.pod: skew for skew in find_skews(lines)}
    for pod, ahead in ((ORDERS, orders), (PAYMENTS, payments)):
        if pod in found:
            assert found[pod].least - 0.05 <= ahead <= found[pod].most + 0.05
        elif pod == ORDERS:
            raise AssertionError("the clock of orders is off by more than the call took")
    right = sorted(zip(corrected(lines, list(found.values())), lines, strict=True), key=lambda one: one[0])
    if len(found) == 2:
        assert [line.text for _, line in right] == [line.text for line in call()]


def test_of_an_answer_that_nobody_mentions_only_a_bound_is_known() -> None:
    lines = [PodLine(GATEWAY, 10.0, "calling orders"), PodLine(ORDERS, 8.0, "working"), PodLine(ORDERS, 8.5, "worked")]
    (skew,) = find_skews(lines)
    assert (skew.pod, skew.least, skew.most) == (ORDERS, float("-inf"), -2.0)
    assert skew.estimate == -2.0


def test_what_contradicts_itself_proves_nothing() -> None:
    # Work that goes on after the answer: no single shift puts it right.
    lines = [
        PodLine(GATEWAY, 10.0, "calling orders"),
        PodLine(ORDERS, 9.0, "accepted"),
        PodLine(ORDERS, 12.0, "worked in the background"),
        PodLine(GATEWAY, 10.1, "orders answered"),
    ]
    assert find_skews(lines) == []


@pytest.mark.parametrize("text", ["request from orders", "orders-api is up", "reorders", "my-orders"])
def test_a_name_in_another_word_or_a_caller_is_no_call(text: str) -> None:
    assert find_skews([PodLine(GATEWAY, 10.0, text), PodLine(ORDERS, 5.0, "x"), PodLine(ORDERS, 6.0, "y")]) == []


@pytest.mark.parametrize(
    ("pod", "name"),
    [
        ("orders-7d9f8b6c5-x2x9k", "orders"),
        ("my-app-7d9f8b6c5-x2x9k", "my-app"),
        ("orders-x2x9k", "orders"),
        ("db-0", "db"),
        ("orders", "orders"),
    ],
)
def test_workloads(pod: str, name: str) -> None:
    assert workload(pod) == name
