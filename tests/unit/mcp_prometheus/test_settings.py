"""The headers in the environment."""

import pytest

from ritsuko_mcp_common.errors import ConfigurationError
from ritsuko_mcp_common.settings import from_environment
from ritsuko_mcp_prometheus.settings import PrometheusSettings


def headers(written: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("PROMETHEUS_URL", "http://x")
    monkeypatch.setenv("PROMETHEUS_HEADERS", written)
    found = from_environment(PrometheusSettings).prometheus_headers
    return {name: value.get_secret_value() for name, value in found.items()}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("X-Scope-OrgID=team-a", {"X-Scope-OrgID": "team-a"}),
        (" X-Scope-OrgID = a|b , X-Key=a=b, ", {"X-Scope-OrgID": "a|b", "X-Key": "a=b"}),
        ("", {}),
    ],
)
def test_headers_are_read(written: str, read: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert headers(written, monkeypatch) == read


@pytest.mark.parametrize(
    "written", ["X-Scope-OrgID", "=x", "X=", "X y=z", "Authorization=Bearer sEcReT", "host=x", "X=a\nb", "X=ä"]
)
def test_what_is_no_header_is_refused_without_its_value(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="PROMETHEUS_HEADERS") as caught:
        headers(written, monkeypatch)
    assert "sEcReT" not in str(caught.value)


def test_the_values_of_headers_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMETHEUS_URL", "http://x")
    monkeypatch.setenv("PROMETHEUS_HEADERS", "X-Key=sEcReT")
    assert "sEcReT" not in repr(from_environment(PrometheusSettings))
