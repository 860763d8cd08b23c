"""The times at which a query is evaluated: window, step and resolution."""
