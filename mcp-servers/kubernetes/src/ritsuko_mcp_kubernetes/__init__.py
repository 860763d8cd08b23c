"""MCP server: read a Kubernetes cluster."""

__version__ = "0.1.0"
