"""Why a query is empty, and whether the names in it exist."""
