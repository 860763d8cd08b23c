module ritsuko.dev/mcp-bridge

go 1.24
