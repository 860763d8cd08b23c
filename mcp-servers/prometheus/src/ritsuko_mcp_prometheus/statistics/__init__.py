"""Statistics on samples, without I/O."""
