"""Where logs come from: one small interface, `source`, and what implements it."""
