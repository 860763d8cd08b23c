"""Lines that match a query: matching, ranking, context, and the report of a search."""
