"""`python -m ritsuko_mcp_template`: configured by environment variables, which `--help` lists."""

from __future__ import annotations

import gc


def main() -> None:
    """Serve until SIGTERM."""
    gc.disable()  # a tenth of the start would be spent on looking for garbage in what is imported; `run` enables it
    from ritsuko_mcp_common import run
    from ritsuko_mcp_template.server import build
    from ritsuko_mcp_template.settings import TemplateSettings

    run(
        build,
        TemplateSettings,
        program="ritsuko-mcp-template",
        description="Read-only MCP server for template.",
    )


if __name__ == "__main__":
    main()
