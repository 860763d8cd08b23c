"""Rate, errors, duration and saturation of one service."""
