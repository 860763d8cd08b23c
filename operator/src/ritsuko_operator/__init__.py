"""The operator: RitsukoBot and McpSidecar resources become a running Deployment."""
