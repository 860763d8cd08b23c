"""The Secrets that a bot and its sidecars name, and the ones that are made for it: headers and bearer tokens."""
