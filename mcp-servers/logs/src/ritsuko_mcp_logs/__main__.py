"""`python -m ritsuko_mcp_logs`: configured by environment variables, which `--help` lists."""

from __future__ import annotations

import gc


def main() -> None:
    """Serve until SIGTERM."""
    gc.disable()  # a tenth of the start would be spent on looking for garbage in what is imported; `run` enables it
    from ritsuko_mcp_common import run
    from ritsuko_mcp_logs.server import build
    from ritsuko_mcp_logs.settings import ALL_SETTINGS

    run(
        build,
        ALL_SETTINGS,
        program="ritsuko-mcp-logs",
        description="MCP server that searches the logs of Kubernetes pods, read-only. "
        "Reads the cluster it runs in, or the one that KUBECONFIG names.",
    )


if __name__ == "__main__":
    main()
