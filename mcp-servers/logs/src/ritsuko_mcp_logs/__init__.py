"""MCP server: search logs."""
