"""What is wrong with objects: pure functions from plain JSON to findings, and the evidence read for one object."""

from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity

__all__ = ["Finding", "Severity"]
