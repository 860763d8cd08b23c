"""What a bot and its pods are observed to do, and what keeps a container from working."""
