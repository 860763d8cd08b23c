"""A log line: how a stream is cut into lines, and what a line states by itself: level, fields."""
