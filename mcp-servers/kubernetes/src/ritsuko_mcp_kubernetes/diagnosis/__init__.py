"""What is wrong with objects, told from the objects alone: pure functions from plain JSON to findings."""

from ritsuko_mcp_kubernetes.diagnosis.finding import Finding, Severity

__all__ = ["Finding", "Severity"]
