"""What the bot serves over HTTP: health, readiness, metrics and its report."""
