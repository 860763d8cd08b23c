"""What a caller can ask of lines: conditions on fields, label selectors."""
