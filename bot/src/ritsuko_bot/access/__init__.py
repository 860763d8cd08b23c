"""Who may call what, decided before the call; and the audit line that every call leaves."""
