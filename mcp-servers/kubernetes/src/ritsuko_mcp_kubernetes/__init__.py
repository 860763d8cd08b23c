"""MCP server: read a Kubernetes cluster."""

from importlib.metadata import version

__version__ = version("ritsuko-mcp-kubernetes")
