"""What people type in chat becomes the arguments that they mean: the parameters are named and ordered for it."""

from typing import Any

import pytest

from ritsuko_bot.commands.arguments import bind
from ritsuko_bot.commands.tokens import tokenize
from ritsuko_mcp_prometheus.server import build
from ritsuko_mcp_prometheus.settings import PrometheusSettings

TOOLS = {tool.name: tool for tool in build(PrometheusSettings(prometheus_url="http://prometheus")).tools}


@pytest.mark.parametrize(
    ("tool", "typed", "meant"),
    [
        ("search", "request duration", {"text": "request duration"}),
        ("search", "request duration type=counter", {"text": "request duration", "type": "counter"}),
        ("query", 'sum by (job) (rate(x{code=~"5.."}[5m]))', {"query": 'sum by (job) (rate(x{code=~"5.."}[5m]))'}),
        ("query", "up > 0 time=-1h", {"query": "up > 0", "time": "-1h"}),
        ("query_range", "up start=-6h points=true", {"query": "up", "start": "-6h", "points": True}),
        ("explain", "rate(x[5m]) > 5", {"query": "rate(x[5m]) > 5"}),
        ("labels", "job", {"name": "job"}),
        ("labels", 'job match=up{job="x"}', {"name": "job", "match": 'up{job="x"}'}),
        ("alerts", "web firing", {"name": "web", "state": "firing"}),
        ("targets", "state=down", {"state": "down"}),
        ("rules", "state=failing", {"state": "failing"}),
        ("describe", "up", {"metric": "up"}),
    ],
)
def test_typed(tool: str, typed: str, meant: dict[str, Any]) -> None:
    assert bind(typed, tokenize(typed), TOOLS[tool].parameters) == meant
