"""The bot: answers mcp commands in Zulip or in a terminal from MCP servers."""
