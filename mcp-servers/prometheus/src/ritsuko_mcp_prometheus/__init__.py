"""MCP server: query Prometheus."""
