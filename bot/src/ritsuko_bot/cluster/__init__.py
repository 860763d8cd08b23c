"""The bot in its cluster: the Lease of the active pod, and the report in its RitsukoBot's status."""
