"""MCP server: template."""
