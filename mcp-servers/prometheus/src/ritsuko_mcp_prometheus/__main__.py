"""`python -m ritsuko_mcp_prometheus`: configured by environment variables, which `--help` lists."""

from __future__ import annotations

import gc


def main() -> None:
    """Serve until SIGTERM."""
    gc.disable()  # collecting garbage during the imports would take a tenth of the start-up; `run` enables it
    from ritsuko_mcp_common import run
    from ritsuko_mcp_prometheus.server import build
    from ritsuko_mcp_prometheus.settings import PrometheusSettings

    run(
        build,
        PrometheusSettings,
        program="ritsuko-mcp-prometheus",
        description="MCP server that queries a Prometheus, read-only.",
    )


if __name__ == "__main__":
    main()
