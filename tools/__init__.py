"""What builds, checks and releases Ritsuko: tools of the repository, none of them in an image."""
