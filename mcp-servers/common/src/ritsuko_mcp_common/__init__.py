"""What every MCP server of ours shares: auth, envelope, budgets, redaction, health and metrics."""
