"""The tools as people and models see them, a module for each."""
