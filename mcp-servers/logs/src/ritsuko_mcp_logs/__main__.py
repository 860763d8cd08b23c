"""`python -m ritsuko_mcp_logs`: configured by environment variables, which `--help` lists."""

from ritsuko_mcp_common.server import run

from .server import build
from .settings import LogsSettings


def main() -> None:
    """Serve until SIGTERM."""
    run(
        build,
        LogsSettings,
        program="ritsuko-mcp-logs",
        description="MCP server that searches the logs of Kubernetes pods, read-only. "
        "Reads the cluster it runs in, or the one that KUBECONFIG names.",
    )


if __name__ == "__main__":
    main()
