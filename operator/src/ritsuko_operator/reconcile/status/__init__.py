"""What is written to `status`, and the Events beside it."""
