"""The tools that analyse, on a history whose changes are known."""
