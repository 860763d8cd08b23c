"""What there is to ask for: metrics, what they mean, and their labels."""
