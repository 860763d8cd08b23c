"""What logs mean: which errors there are, what changed, what happened to one request, what an incident was made of."""
