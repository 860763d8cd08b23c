"""`python -m ritsuko_mcp_prometheus`: configured by environment variables, which `--help` lists."""

from ritsuko_mcp_common.server import run

from .server import build
from .settings import PrometheusSettings


def main() -> None:
    """Serve until SIGTERM."""
    run(
        build,
        PrometheusSettings,
        program="ritsuko-mcp-prometheus",
        description="MCP server that queries a Prometheus, read-only.",
    )


if __name__ == "__main__":
    main()
