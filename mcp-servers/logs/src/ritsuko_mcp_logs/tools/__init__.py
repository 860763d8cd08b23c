"""The tools, as callers see them."""
