"""How results become rows, numbers and links that people read."""
