"""MCP server: read a Kubernetes cluster."""
