"""`python -m ritsuko_mcp_template`: configured by environment variables, which `--help` lists."""

from ritsuko_mcp_common import run
from ritsuko_mcp_template.server import build
from ritsuko_mcp_template.settings import TemplateSettings


def main() -> None:
    """Serve until SIGTERM."""
    run(
        build,
        TemplateSettings,
        program="ritsuko-mcp-template",
        description="MCP server that reads from template.",
    )


if __name__ == "__main__":
    main()
