"""Which metrics changed at a moment, and by how much."""
