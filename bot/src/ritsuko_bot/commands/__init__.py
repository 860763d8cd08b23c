"""What people type and what they get back: the grammar of `mcp ...`, arguments, help and output."""
