"""Answers: results made readable, as text, tables, files and images, then as Markdown or for a terminal."""
