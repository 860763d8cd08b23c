"""The objects made for a bot: each is compared, written if it differs, and removed if it is rendered no longer."""
