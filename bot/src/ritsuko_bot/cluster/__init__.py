"""The bot's place in its cluster: the Lease that says which pod answers, and the report in its RitsukoBot's status."""
