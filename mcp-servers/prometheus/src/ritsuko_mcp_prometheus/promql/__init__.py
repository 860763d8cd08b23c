"""PromQL as text and as a parse tree, without I/O: parsing, description, lint and error messages."""
