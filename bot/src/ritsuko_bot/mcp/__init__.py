"""The MCP servers: one owner task each, a config that is swapped while they run, calls with a deadline."""
