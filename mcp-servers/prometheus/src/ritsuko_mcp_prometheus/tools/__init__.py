"""The tools that people and models call, one module each."""
