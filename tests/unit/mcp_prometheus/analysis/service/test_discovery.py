"""Which pods and labels are taken for a service's, and names written into PromQL."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ritsuko_mcp_prometheus.analysis.service.discovery import owner_labels
from ritsuko_mcp_prometheus.promql.selectors import literally, quoted


def matches(label: str, name: str, value: str) -> bool:
    pattern = next(owner.pattern for owner in owner_labels(name) if owner.label == label)
    return re.fullmatch(pattern, value) is not None


@pytest.mark.parametrize(
    ("label", "value", "its"),
    [
        ("pod", "web-7d9c5b8f6c-x2x4k", True),
        ("pod", "web-0", True),
        ("pod", "web-x2x4k", True),
        ("pod", "web", True),
        ("pod", "web-api-7d9c5b8f6c-x2x4k", False),
        ("pod", "my-web-0", False),
        ("pod", "webx-0", False),
        ("job", "web", True),
        ("job", "shop/web", True),
        ("job", "web/shop", False),
        ("service", "web", True),
        ("service", "shop-web-80@kubernetes", True),
        ("service", "web-api", False),
        ("envoy_cluster_name", "outbound|80||web.shop.svc.cluster.local", True),
        ("envoy_cluster_name", "outbound|80|v1|web.shop.svc.cluster.local", True),
        ("envoy_cluster_name", "outbound|80||my-web.shop.svc.cluster.local", False),
        ("deployment", "web-api", False),
    ],
)
def test_a_value_is_the_service_s_or_not(label: str, value: str, its: bool) -> None:
    assert matches(label, "web", value) is its


@given(st.text(max_size=30))
def test_a_name_matches_itself_alone(name: str) -> None:
    assert re.fullmatch(literally(name), name)
    assert not re.fullmatch(literally(name), f"{name}x")


@given(st.text('a"\\\n', max_size=10))
def test_a_quoted_name_ends_where_it_should(name: str) -> None:
    inner = quoted(name)[1:-1]
    assert '"' not in inner.replace("\\\\", "").replace('\\"', "")
    assert "\n" not in inner
    assert inner.replace("\\n", "\n").replace('\\"', '"').count('"') >= name.count('"')
