"""Objects as the API server returns them: reading and describing them. No I/O."""
