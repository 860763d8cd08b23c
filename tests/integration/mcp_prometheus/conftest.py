"""One real Prometheus for the folder, with a day of made-up history."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.mcp_prometheus.real_prometheus import Prometheus, real_prometheus

END = 1_790_000_000.0
"""The last moment of the history, Unix seconds (2026-09-21T14:13:20Z)."""
STEP = 60.0
_SAMPLES = 24 * 60

SECRET = "ghp_0123456789abcdefghijABCDEFGHIJ012345"


def history() -> str:
    """OpenMetrics text: gauges, a counter with resets, a histogram, NaN and infinities, odd labels, planted secrets."""
    times = [END - STEP * offset for offset in range(_SAMPLES, -1, -1)]
    lines = ["# TYPE cpu_usage gauge"]
    for pod in range(6):
        for index, time in enumerate(times):
            value = 0.5 + 0.4 * math.sin(index / 60 + pod) + pod / 100
            lines.append(f'cpu_usage{{namespace="shop",pod="web-{pod}",tier="front"}} {value!r} {time}')
    lines.append("# TYPE node_memory_bytes gauge")
    for node in range(3):
        lines += [
            f'node_memory_bytes{{node="n{node}"}} {(node + 1) * 2**30 + i * 4096} {t}' for i, t in enumerate(times)
        ]
    lines.append("# TYPE http_requests counter")
    for code in ("200", "404", "500"):
        for index, time in enumerate(times):
            lines.append(f'http_requests_total{{code="{code}",job="web"}} {index % 700 * int(code)} {time}')
    lines.append("# TYPE latency_seconds histogram")
    for index, time in enumerate(times):
        for bound, share in (("0.1", 0.5), ("0.5", 0.8), ("1.0", 0.95), ("+Inf", 1.0)):
            lines.append(f'latency_seconds_bucket{{le="{bound}"}} {index * 100 * share} {time}')
        lines.append(f"latency_seconds_sum {index * 31.7} {time}")
        lines.append(f"latency_seconds_count {index * 100} {time}")
    lines.append("# TYPE strange gauge")
    for name, value in (("nan", "NaN"), ("up", "+Inf"), ("down", "-Inf"), ("tiny", "5e-324"), ("huge", "1.5e308")):
        lines.append(f'strange{{kind="{name}",value="a label called value"}} {value} {END}')
    lines.append("# TYPE leaky gauge")
    lines.append(f'leaky{{token="{SECRET}",dsn="postgres://app:hunter2secret@db/shop",quote="a\\"b|c`d"}} 1 {END}')
    lines.append("# TYPE many gauge")
    lines += [f'many{{id="{number:04}"}} {number} {END}' for number in range(1500)]
    return "\n".join([*lines, "# EOF", ""])


@pytest.fixture(scope="session")
def prometheus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Prometheus]:
    folder: Path = tmp_path_factory.mktemp("prometheus")
    with real_prometheus(folder, history()) as running:
        yield running
