"""Who may call what, decided before the call, and who may approve it."""
